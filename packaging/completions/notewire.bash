# bash completion for notewire: subcommands, options, ports, maps, MIDI words.
# Belongs into share/bash-completion/completions as "notewire", or is sourced.
# SPDX-License-Identifier: MIT

# _notewire_reply WORDS...: those that begin with the word at hand. What bash takes for a word begins behind the last
# ":" or "=" of it, so what stands before is cut off. No space follows a form that goes on.
_notewire_reply() {
    local IFS=$' \t\n' word head=''
    [[ $COMP_WORDBREAKS != *:* || $value != *:* ]] || head=${value%:*}:
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$value" | grep -vxF -e "$head" | sort -u)
    for word in "${!COMPREPLY[@]}"; do
        [[ ${COMPREPLY[word]} != *[:=] ]] || compopt -o nospace 2>/dev/null
        COMPREPLY[word]=${COMPREPLY[word]#"$head"}
    done
}

# Maps, and folders on the way to them.
_notewire_maps() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(
        compgen -f -X '!*.lua' -- "$value"
        compgen -f -X '!*.xrnx' -- "$value"
        compgen -d -- "$value"
    )
}

# _notewire_hosts [WORDS...]: those and the hosts that this machine knows, each with its colon.
_notewire_hosts() {
    local hosts
    hosts=$(compgen -A hostname | sed 's/$/:/')
    # shellcheck disable=SC2086 # a word each
    _notewire_reply "$@" localhost: $hosts
}

# _notewire_ports input|output WORDS...: those, and the devices that are there, with a backslash where bash needs one.
_notewire_ports() {
    local direction=$1 name head=''
    shift
    _notewire_reply "$@"
    [[ $COMP_WORDBREAKS != *:* || $value != *:* ]] || head=${value%:*}:
    while IFS= read -r name; do
        name=$(printf '%q' "$name")
        [[ $name != "$value"* ]] || COMPREPLY+=("${name#"$head"}")
    done < <(notewire ports --json 2>/dev/null | grep -o '{"name":[^{}]*"'"$direction"'":true' |
        sed 's/^{"name":"\(\([^"\\]\|\\.\)*\)".*/\1/; s/\\\(.\)/\1/g')
}

_notewire_in='stdin loopback virtual: udp: tcp: tcp-listen:'
_notewire_out='print loopback virtual: udp: tcp: tcp-listen:'
_notewire_options='--osc --midi-in --midi-out --din --driver --name --reply --allow --release-after --script-limit --script-memory --local --quiet --verbose --help --version
    --watch --no-watch --json --menu --repl -i -o -q -v -h -V'
_notewire_words='channel note-on note-off poly-pressure control-change control-change-14 program-change
    channel-pressure pitch-bend nrpn rpn time-code song-position song-select tune-request midi-clock start continue stop
    active-sensing reset system-exclusive raw-midi clock panic octave-middle-c hexadecimal decimal
    ch on off pp cc cc14 pc cp pb tc spp ss tun mc cont as rst syx raw omc hex dec'

# The value of an option.
_notewire_value() {
    case $1 in
    -i | --midi-in) _notewire_ports input "$_notewire_in" ;;
    -o | --midi-out | --din) _notewire_ports output "$_notewire_out" ;;
    --driver) _notewire_reply auto alsa portmidi none ;;
    --osc) _notewire_reply 8000 udp: tcp: localhost: ;;
    --reply) _notewire_hosts learn learn: ;;
    --allow | --menu | --name | --release-after | --script-limit | --script-memory) COMPREPLY=() ;;
    *) return 1 ;;
    esac
}

# send: a port and words, or osc and a host.
_notewire_send() {
    local at=2
    [[ ${words[2]} != midi || ${#words[@]} -le 3 ]] || at=3
    if [[ ${words[2]} = osc && ${#words[@]} -gt 3 ]]; then
        case ${#words[@]} in
        4) _notewire_hosts udp: tcp: ;;
        5)
            _notewire_reply /
            compopt -o nospace 2>/dev/null
            ;;
        esac
    elif [[ $((${#words[@]} - 1)) -eq $at ]]; then
        local kinds='osc midi --help'
        [[ $at -eq 2 ]] || kinds=''
        _notewire_ports output "$_notewire_out" "$kinds"
    else
        _notewire_reply "$_notewire_words"
    fi
}

_notewire() {
    local line=${COMP_LINE:0:COMP_POINT} words value before word
    COMPREPLY=()
    # Whole words, which bash would break at ":" and "=".
    IFS=$' \t\n' read -ra words <<<"$line"
    [[ $line != *[[:space:]] ]] || words+=('')
    for ((word = ${#words[@]} - 2; word > 0; word--)); do # a space behind a backslash ends no word
        [[ ${words[word]} != *\\ ]] || words=("${words[@]:0:word}" "${words[word]} ${words[word + 1]}" "${words[@]:word+2}")
    done
    value=${words[-1]}
    before=${words[-2]}

    if [[ ${words[1]} = send && ${#words[@]} -gt 2 ]]; then
        _notewire_send
        return
    fi
    if _notewire_value "$before"; then
        return
    fi
    case $value in
    --*=*)
        before=${value%%=*}
        value=${value#*=}
        _notewire_value "$before" || true
        ;;
    -*) _notewire_reply "$_notewire_options" ;;
    *)
        if [[ ${words[1]} = ports && ${#words[@]} -gt 2 ]]; then
            _notewire_reply --watch --json --driver
            return
        fi
        if [[ ${words[1]} = panic && ${#words[@]} -gt 2 ]]; then
            _notewire_reply -o --driver
            return
        fi
        _notewire_maps
        if [[ ${#words[@]} -eq 2 ]]; then
            local maps=("${COMPREPLY[@]}")
            _notewire_reply run exec ports send check panic tool
            COMPREPLY+=("${maps[@]}")
        fi
        ;;
    esac
}

complete -F _notewire notewire
