#!/bin/sh
# Starts a real adbd with files of its own: copies of adbd, the shell and their libraries, kept in FOLDER, which only its
# mount namespace sees. The kernel has a lock for each file that programs are started from. Phones do not share one; a
# hundred adbds that start their shells from the same files wait for each other at it, up to a second.
#   phone_of_its_own.sh ADBD FOLDER
set -eu
adbd=$1 folder=$2
shared="$(dirname "$adbd")/root"
cp -a "$shared" "$folder/root"
sh=$(realpath /bin/sh)
files="$sh $(ldd "$sh" | grep -o '/[^ ]*' | xargs realpath)"
for file in $files; do
  cp "$file" "$folder/$(basename "$file")"
done
export adbd folder shared files
exec unshare --mount sh -euc '
  mount --bind "$folder/root" "$shared"
  for file in $files; do
    mount --bind "$folder/$(basename "$file")" "$file"
  done
  exec "$adbd"'
