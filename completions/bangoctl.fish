# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for bangoctl: asks the program itself.

function __bangoctl_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    for line in ($program __complete -- $words "$current" 2>/dev/null)
        if test "$line" = :file
            set -l prefix (string match -r '^--[^=]*=' -- "$current")
            __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$current") | string replace -r -- '^' "$prefix"
        else
            printf '%s\n' $line
        end
    end
end

complete -c bangoctl -f -a '(__bangoctl_complete)'
