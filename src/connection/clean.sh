# Removes what the bootstrap left in the directories of this user. Same rules of writing.
test -n "${HW_LC+x}" && { LC_ALL=$HW_LC; test -n "$LC_ALL" || unset LC_ALL; unset HW_LC; };
say() { echo "hostwright-$*"; };
u=$(id -u);
for d in "${HOME:-/nonexistent}/.cache/hostwright" "/var/tmp/.hostwright-$u" "/tmp/.hostwright-$u" "/dev/shm/.hostwright-$u" "/run/user/$u/hostwright" @JOURNAL@; do
test -L "$d" && continue; test -d "$d" || continue;
set -- $(ls -ldn "$d"); test "$3" = "$u" || continue;
e=$(rm -rf "$d" 2>&1) && say gone "$d" || say kept "${e##*: }:" "$d";
done;
say cleaned
