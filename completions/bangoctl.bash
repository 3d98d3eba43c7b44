# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for bangoctl: asks the program itself.

_bangoctl()
{
	# `=` and `:` break words in bash; here --option=value and METHOD:VALUE are one word
	local line=${COMP_LINE:0:COMP_POINT} words=() cword candidate cur
	if declare -F _get_comp_words_by_ref >/dev/null; then
		_get_comp_words_by_ref -n =: -w words -i cword
	else
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
	fi
	cur=${words[cword]}
	case $line in *[[:space:]]) ;; *) [ -n "$line" ] || return ;; esac
	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		if [ "$candidate" = :file ]; then
			compopt -o filenames 2>/dev/null
			mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "${cur#*=}")
			continue
		fi
		COMPREPLY+=("$candidate")
	done < <("${words[0]}" __complete -- "${words[@]:1:cword}" 2>/dev/null)
	case ${COMPREPLY[0]-} in *=) [ ${#COMPREPLY[@]} -gt 1 ] || compopt -o nospace 2>/dev/null ;; esac
	if declare -F __ltrim_colon_completions >/dev/null; then
		__ltrim_colon_completions "$cur"
	fi
	# what stands before `=` is a word of its own to bash and must not come twice
	case $cur in
	*=*)
		case $COMP_WORDBREAKS in *=*) COMPREPLY=("${COMPREPLY[@]#"${cur%%=*}="}") ;; esac
		;;
	esac
}

complete -F _bangoctl bangoctl
