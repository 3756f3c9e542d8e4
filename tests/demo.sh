# The main job on the running example, one command after the other; run by `make demo` and by a test.
# CHRONOLOGY holds the command to use.
set -eu

run() {
    printf '\n$ chronology %s\n' "$*"
    $CHRONOLOGY "$@" 2>&1
}

say() {
    printf '\n== %s\n' "$1"
}

say 'The running example: 40 attributed events, after the event types that the log defines first'
run demo
run log --after "$($CHRONOLOGY log --type type.defined --nl | wc -l | tr -d ' ')"

say 'The state at three dates: under way or already stalled; stalled; resumed'
run state operation/al-jazeera-storm status --at 2018-01-10
run state operation/al-jazeera-storm status --at 2018-03-01
run state operation/al-jazeera-storm status --at 2018-05-14

say 'Contested: two places, and who says so'
run state person/abu-bakr-al-baghdadi location --at 2018-05-14

say 'What was known on 20 May 2018, and what is known now: a correction came in between'
run state crossing/baguz status --at 2018-05-13 --known-at 2018-05-20
run state crossing/baguz status --at 2018-05-13

say 'Every projection, rebuilt from the log and compared'
run replay

say 'Every byte, checked'
run verify
