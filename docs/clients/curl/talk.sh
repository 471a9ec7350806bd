#!/usr/bin/env bash
# Two people talk, with curl 7.82+ and jq: signing in, sending so that a retry never doubles, pages, following live and
# coming back, tokens, errors.
#
#   docs/clients/curl/talk.sh        against the server at PARLANCE_URL, or http://127.0.0.1:8000
# shellcheck disable=SC2016  # variables of GraphQL
set -euo pipefail
url=${PARLANCE_URL:-http://127.0.0.1:8000}
rounds=${PARLANCE_ROUNDS:-5}
temp=$(mktemp -d)
listener=
clean_up() {
    [[ -z $listener ]] || kill "$listener" 2>/dev/null || true
    rm -rf "$temp"
}
trap clean_up EXIT
fail() {
    echo "talk: $*" >&2
    exit 1
}

# ---- Asking

# Sends an operation once. Fails if no answer came (as curl does), or with 1 if it has errors; prints it either way.
ask() { # TOKEN QUERY [VARIABLES]
    local answer
    answer=$(jq -n --arg query "$2" --argjson variables "${3:-{\}}" '{$query, $variables}' |
        curl -sS --max-time 15 "$url/graphql" --oauth2-bearer "$1" --json @-) || return
    printf '%s\n' "$answer"
    jq -e 'has("errors") | not' <<<"$answer" >/dev/null
}

code() { jq -r '.errors[0].extensions.code // empty' <<<"$1"; }

# Asks until it is answered, with a token that is good for a while yet. Only for what may be done twice: queries, and
# mutations that the server knows again by an id of the client's.
persist() { # PERSON QUERY [VARIABLES]
    local answer token failures=0
    while ((failures < 60)); do
        if [[ $1 == nobody ]]; then token=none; else token=$(token "$1"); fi
        if answer=$(ask "$token" "${@:2}" 2>/dev/null); then
            printf '%s\n' "$answer"
            return
        fi
        if [[ -n $answer ]] && jq -e '.errors[0].extensions | (.retryable or .code == "TOKEN_EXPIRED") | not' \
            <<<"$answer" >/dev/null; then
            printf '%s\n' "$answer"
            return 1
        fi
        failures=$((failures + 1))
        sleep "0.$((RANDOM % 5 + 1))"
    done
    fail "no answer in time"
}

# ---- Signing in. The pair of tokens of each person is kept in a file.

pair='accessToken refreshToken user { id username }'
register="mutation (\$input: RegisterInput!) { auth: register(input: \$input) { $pair } }"
login="mutation (\$input: LoginInput!) { auth: login(input: \$input) { $pair } }"
refresh="mutation (\$input: RefreshTokenInput!) { auth: refreshToken(input: \$input) { $pair } }"

sign_up() { # PERSON
    local name=$1-$RANDOM$RANDOM
    ask none "$register" "$(jq -n --arg name "$name" \
        '{input: {username: $name, email: "\($name)@example.org", password: "correct horse battery"}}')" |
        jq .data.auth >"$temp/$1.json"
}

# An access token; renewed when a third of its life is left. A refresh token is good once, so only one process at a time
# exchanges it. If the answer is lost, the same exchange may be asked for once more.
token() { # PERSON
    (
        flock 9
        if jq -e '.accessToken | split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson |
            now > .exp - (.exp - .iat) / 3' "$temp/$1.json" >/dev/null; then
            persist nobody "$refresh" "$(jq '{input: {refreshToken}}' "$temp/$1.json")" | jq .data.auth >"$temp/$1.new"
            mv "$temp/$1.new" "$temp/$1.json"
            echo "$1" >>"$temp/renewals"
        fi
        jq -r .accessToken "$temp/$1.json"
    ) 9>"$temp/$1.lock"
}

sign_up ann
sign_up bob
# Ann signs in a second time, as she would on another day.
ask none "$login" "$(jq '{input: {username: .user.username, password: "correct horse battery"}}' "$temp/ann.json")" |
    jq .data.auth >"$temp/ann.new"
mv "$temp/ann.new" "$temp/ann.json"

# ---- A conversation, and a message that is sent twice and stored once

start='mutation ($id: ID!) { startDirectConversation(input: {userId: $id}) { conversation { id } } }'
chat=$(ask "$(token ann)" "$start" "$(jq '{id: .user.id}' "$temp/bob.json")" |
    jq -er .data.startDirectConversation.conversation.id)

message='id seq body revision'
send="mutation (\$input: SendMessageInput!) { sendMessage(input: \$input) { deduplicated message { $message } } }"
new_id() { cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen; }
words() { # BODY [ID]
    jq -n --arg chat "$chat" --arg body "$1" --arg id "${2:-$(new_id)}" \
        '{input: {conversationId: $chat, $body, clientMessageId: $id}}'
}
# The id is made before the first try and used for all.
say() { persist ann "$send" "$(words "$1")" | jq -er .data.sendMessage.message.id; }

hello=$(words "Hello Bob!")
first=$(ask "$(token ann)" "$send" "$hello" | jq -er .data.sendMessage.message.id)
ask "$(token ann)" "$send" "$hello" | jq -e --arg first "$first" \
    '.data.sendMessage | .deduplicated and .message.id == $first' >/dev/null || fail "a retry stored it twice"
for body in one two three four; do say "$body" >/dev/null; done

# ---- Bob reads back in history, two messages at a time

page="query (\$id: ID!, \$before: String) { server { epoch } conversation(id: \$id) { eventSeq
    messages(last: 2, before: \$before, filter: {includeDeleted: true}) {
        nodes { $message } pageInfo { hasPreviousPage startCursor } } } }"

# Writes the messages, one a line; sets last and epoch to where the first page says that what follows begins.
load() { # PERSON FILE
    local before=null answer more=true
    : >"$2"
    last=
    while [[ $more == true ]]; do
        answer=$(persist "$1" "$page" "$(jq -n --arg id "$chat" --argjson before "$before" '{$id, $before}')")
        [[ -n $last ]] || last=$(jq .data.conversation.eventSeq <<<"$answer") epoch=$(jq -r .data.server.epoch <<<"$answer")
        jq -c '.data.conversation.messages.nodes[]' <<<"$answer" >>"$2"
        before=$(jq .data.conversation.messages.pageInfo.startCursor <<<"$answer")
        more=$(jq .data.conversation.messages.pageInfo.hasPreviousPage <<<"$answer")
    done
}

# ---- And hears what is new

events="subscription (\$id: ID!, \$epoch: ID) { conversationEvents(conversationId: \$id, epoch: \$epoch) { __typename
    ... on MessageAdded { message { $message } }
    ... on MessageEdited { message { $message } }
    ... on MessageDeleted { message { $message } } } }"

# One stream. Each event has its number as its id, and the last id says where to go on. Sets reason to the code of an error.
# The server gives a sign of life every 5 s, so a stream that says nothing for half a minute is dead.
listen() {
    local line number='' data='' said
    reason=
    echo "$last" >>"$temp/streams"
    while IFS= read -r -t 30 line; do
        case $line in
            '{'*) reason=$(code "$line") ;; # refused as a whole: the answer is JSON
            'id: '*) number=${line#id: } ;;
            'data: '*) data=${line#data: } ;;
            '')
                [[ -n $data ]] || continue
                reason=$(code "$data")
                if [[ -z $reason && -n $number && $number -gt $last ]]; then
                    ((number == last + 1)) || fail "after event $last came $number"
                    jq -c '.data.conversationEvents.message | values' <<<"$data" >>"$temp/heard"
                    # Only what has been dealt with moves the cursor. Keep it with your data.
                    last=$number
                    echo "$last" >>"$temp/events"
                    said=$(jq -r '.data.conversationEvents.message.body // ""' <<<"$data")
                    [[ $said != Goodbye! ]] || return 0
                fi
                number='' data=''
                ;;
        esac
    done < <(jq -n --arg query "$events" --arg id "$chat" --arg epoch "$epoch" '{$query, variables: {$id, $epoch}}' |
        curl -sS -N "$url/graphql" --oauth2-bearer "$(token bob)" -H 'Accept: text/event-stream' \
            -H "Last-Event-ID: $last" --json @- 2>/dev/null)
    return 1
}

follow() {
    until listen; do
        case $reason in
            RESYNC_REQUIRED) load bob "$temp/heard" && echo "$last" >>"$temp/loads" ;;
            '' | TOKEN_EXPIRED | SERVICE_UNAVAILABLE | REQUEST_TIMEOUT) sleep "0.$((RANDOM % 5 + 1))" ;;
            *) fail "Bob cannot listen: $reason" ;;
        esac
    done
}

load bob "$temp/heard"
# The epoch that he kept is another, as if the server had been restored from a backup since: he is told to load again.
epoch=$(new_id)
follow &
listener=$!

# ---- Ann goes on, whatever becomes of the server

for ((n = 1; n <= rounds; n++)); do
    say "message $n" >/dev/null
    echo "message $n is stored"
done
persist ann 'mutation ($id: ID!) { editMessage(input: {id: $id, body: "Hello dear Bob!"}) { eventSeq } }' \
    "$(jq -n --arg id "$first" '{$id}')" >/dev/null
farewell=$(say "to be deleted")
persist ann 'mutation ($id: ID!) { deleteMessage(input: {id: $id}) { eventSeq } }' \
    "$(jq -n --arg id "$farewell" '{$id}')" >/dev/null
say 'Goodbye!' >/dev/null

# ---- What is wrong is told by its code

refused() { # CODE PERSON QUERY VARIABLES
    local answer
    ! answer=$(ask "$(token "$2")" "$3" "$4") || fail "$1 was expected"
    [[ $(code "$answer") == "$1" ]] || fail "$1 was expected: $answer"
}
refused BAD_USER_INPUT ann "$send" "$(words ' ')"
refused CLIENT_MESSAGE_ID_REUSED ann "$send" "$(jq '.input.body = "other words"' <<<"$hello")"
refused NOT_FOUND bob \
    'mutation ($id: ID!) { deleteMessage(input: {id: $id}) { eventSeq } }' "$(jq -n --arg id "$(new_id)" '{$id}')"

# ---- What was heard is what was said: of each message its highest revision, in the order of the numbers

wait "$listener" || fail "Bob has not heard the end"
listener=
load ann "$temp/said"
in_order='group_by(.id) | map(max_by(.revision)) | sort_by(.seq)'
diff <(jq -s "$in_order" "$temp/heard") <(jq -s "$in_order" "$temp/said")
[[ $(wc -l <"$temp/loads") == 1 ]] || fail "he had to load again more than once"
count() { if [[ -e $temp/$1 ]]; then wc -l <"$temp/$1" | tr -d ' '; else echo 0; fi; }
echo "ok: $(count said) messages, $(count events) events, each once, over $(count streams) streams;" \
    "$(count renewals) renewals"
