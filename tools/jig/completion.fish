# Completes jig's command line in fish. Printed by 'jig completion fish'.

# The words before the cursor that are no options: the command, and what follows it.
function __jig_words
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if __jig_takes_argument $word
            set skip yes
        else if not string match -q -- '-*' $word
            echo -- $word
        end
    end
end

# Whether these are the words so far.
function __jig_after
    set -l words (__jig_words)
    test "$words" = "$argv"
end

# Whether the words so far begin with these.
function __jig_in
    set -l words (__jig_words)
    string match -q -- "$argv *" "$words "
end

# Where the command line says to look: the options that are told as arguments, one a line.
function __jig_place
    set -l option
    for word in (commandline -opc)[2..-1]
        if test -n "$option"
            echo -- $option
            string replace -r -- '^~/' $HOME/ $word
            set option
        else if contains -- $word $argv
            set option $word
        else
            for known in $argv
                string match -q -- "$known?*" $word; and echo -- $word
            end
        end
    end
end

function __jig_targets
    set -l jig (string replace -r -- '^~/' $HOME/ (commandline -opc)[1])
    $jig query targets (__jig_place -C -f --cache-dir) 2>/dev/null </dev/null
end

# Files that end in .trace, and folders.
function __jig_traces
    complete -C "'' "(commandline -ct) | string match -r '.*(?:\.trace|/)$'
end

function __jig_commits
    git (__jig_place -C) for-each-ref --format='%(refname:short)' 2>/dev/null
    echo HEAD
end

complete -c jig -f
complete -c jig -n __jig_after -s h -l help -d 'list the commands'
complete -c jig -n __jig_after -l version -d 'print the version of jig'

# @commands@
