#compdef jig
# Completes jig's command line in zsh. Printed by 'jig completion zsh'.

# The value of an option that was given, as jig would get it. Those in opt_args have a
# backslash before each backslash and colon.
_jig_given() {
    local typed=${opt_args[$1]//(#b)\\([\\:])/$match[1]}
    REPLY=${${(Q)typed}/#\~\//$HOME/}
    [[ -n $REPLY ]]
}

_jig_targets() {
    local -a place targets expl
    local option REPLY
    for option in -C -f --cache-dir; do
        _jig_given $option && place+=($option $REPLY)
    done
    targets=(${(f)"$($jig query targets $place 2>/dev/null </dev/null)"})
    _wanted targets expl target compadd -a targets
}

_jig_commits() {
    local -a folder commits expl
    local REPLY
    _jig_given -C && folder=(-C $REPLY)
    commits=(${(f)"$(git $folder for-each-ref --format='%(refname:short)' 2>/dev/null)"} HEAD)
    _wanted commits expl commit compadd -a commits
}

# Files that end in .trace; folders only where nothing else is offered, as is told by 0.
_jig_traces() {
    _path_files -g '*.trace(-.)' || (( ! ${1:-1} )) || _path_files -/
}

# @commands@
_jig() {
    local curcontext=$curcontext state jig=${${(Q)words[1]}/#\~\//$HOME/}
    local -a line
    local -A opt_args
    _arguments -C \
        '(- *)'{-h,--help}'[list the commands]' \
        '(- *)--version[print the version of jig]' \
        '1:command:_jig_commands' \
        '*:: :->arguments'
    if [[ $state = arguments ]] && (( $+functions[_jig_of_$words[1]] )); then
        curcontext=${curcontext%:*:*}:jig-$words[1]:
        _jig_of_$words[1]
    fi
}

if [[ $funcstack[1] = _jig ]]; then
    _jig "$@"
else
    compdef _jig jig
fi
