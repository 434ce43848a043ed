# Completes jig's command line in bash. Printed by 'jig completion bash'.

# Sets `words` to the words up to the cursor as jig would get them, and `kept` to what of the
# last one bash keeps when it inserts a reply.
_jig_split()
{
    local line=${COMP_LINE:0:COMP_POINT} rest i
    words=() kept=
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        if [[ ${#words[@]} -eq 0 || $rest != "$line" ]]; then
            words+=('')
        fi
        kept=${words[-1]}
        if ((i < COMP_CWORD)); then
            words[-1]+=${COMP_WORDS[i]}
            line=${rest#"${COMP_WORDS[i]}"}
        else
            words[-1]+=$rest
            [[ $rest != [=:] ]] || kept=${words[-1]}
        fi
    done
}

# @commands@
# Adds the lines of standard input that begin with `current`, as they have to be typed.
_jig_lines()
{
    local line typed=${current//\\/}
    while IFS= read -r line; do
        [[ $line != "$typed"* ]] || printf -v 'COMPREPLY[${#COMPREPLY[@]}]' %q "$line"
    done
}

# Adds the files that end in .trace.
_jig_traces()
{
    local file
    while IFS= read -r file; do
        COMPREPLY+=("$file")
    done < <(compgen -f -X '!*.trace' -- "${current//\\/}")
    [[ ${#COMPREPLY[@]} -eq 0 ]] || compopt -o filenames
}

# Sets COMPREPLY to what `offer` means and begins with `current`.
_jig_reply()
{
    [[ $offer != trace* ]] || _jig_traces 2>/dev/null
    case $offer in
    file) compopt -o default ;;
    directory) compopt -o dirnames ;;
    commit)
        _jig_lines < <(git "${folder[@]}" for-each-ref --format='%(refname:short)' 2>/dev/null
            echo HEAD)
        ;;
    target)
        _jig_lines < <("${words[0]/#~\//$HOME/}" query targets "${place[@]}" 2>/dev/null </dev/null)
        ;;
    word\ * | trace\ word\ *) _jig_lines < <(printf '%s\n' ${offer#*word }) ;;
    esac 2>/dev/null
    # To where there are some.
    [[ $offer != trace* || ${#COMPREPLY[@]} -ne 0 ]] || compopt -o dirnames 2>/dev/null
}

_jig()
{
    local words kept current command first= pending= ended= prefix= offer=
    local word i place=() folder=()
    COMPREPLY=()
    _jig_split
    current=${words[-1]} command=${words[1]}
    for ((i = 2; i < ${#words[@]} - 1; i++)); do
        word=${words[i]/#~\//$HOME/} word=${word//[\\\'\"]/}
        if [[ $pending ]]; then
            case $pending in
            -C) place+=(-C "$word") folder+=(-C "$word") ;;
            -f | --cache-dir) place+=("$pending" "$word") ;;
            esac
            pending=
        elif [[ $word != -* || $ended ]]; then
            [[ $first ]] || first=$word
        elif [[ $word = -- ]]; then
            ended=yes
        elif _jig_argument "$command" "$word"; then
            pending=$word
        else
            case $word in
            -C?*) place+=("$word") folder+=("$word") ;;
            -f?* | --cache-dir=*) place+=("$word") ;;
            esac
        fi
    done
    offer=
    if ((${#words[@]} <= 2)); then
        _jig_commands
    elif [[ $pending ]]; then
        _jig_argument "$command" "$pending"
    elif [[ $current = --*=* && -z $ended ]]; then
        prefix=${current%%=*}= current=${current#*=}
        _jig_argument "$command" "${prefix%=}" || _jig_argument "$command" "$prefix"
    elif [[ $current = -* && -z $ended ]]; then
        _jig_options "$command"
    else
        _jig_words "$command" "$first"
    fi
    _jig_reply
    [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != --*= ]] || compopt -o nospace 2>/dev/null
    for i in "${!COMPREPLY[@]}"; do
        word=$prefix${COMPREPLY[i]}
        COMPREPLY[i]=${word#"$kept"}
    done
}

complete -F _jig jig
