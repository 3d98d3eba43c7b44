# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for bangoctl: asks the program itself.

_bangoctl()
{
	# bash breaks words at `=` and `:` too; where no blank stands before it, a word belongs to the one before
	local rest=${COMP_LINE:0:COMP_POINT} words=() cword=-1 i word blank before value candidate
	for ((i = 0; i <= COMP_CWORD; i++)); do
		blank=${rest%%[![:space:]]*}
		rest=${rest#"$blank"}
		word=${COMP_WORDS[i]}
		((i < COMP_CWORD)) || word=$rest
		if [ "$cword" -ge 0 ] && [ -z "$blank" ]; then
			words[cword]+=$word
		else
			words[++cword]=$word
		fi
		rest=${rest#"$word"}
	done
	# the part of the word that bash leaves alone
	case $word in [=:]) before=${words[cword]} ;; *) before=${words[cword]%"$word"} ;; esac
	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		if [ "$candidate" = :file ]; then
			compopt -o filenames 2>/dev/null
			value=${words[cword]}
			case $value in --*=*) value=${value#*=} ;; esac
			while IFS= read -r candidate; do
				candidate=${words[cword]%"$value"}$candidate
				COMPREPLY+=("${candidate#"$before"}")
			done < <(compgen -f -- "$value")
			continue
		fi
		COMPREPLY+=("${candidate#"$before"}")
	done < <("${words[0]}" __complete -- "${words[@]:1:cword}" 2>/dev/null)
	case ${COMPREPLY[0]-} in *=) [ ${#COMPREPLY[@]} -gt 1 ] || compopt -o nospace 2>/dev/null ;; esac
}

complete -F _bangoctl bangoctl
