#!/bin/sh
# Makes one root file system: a Debian root, packages on top, our files, our set-up; and writes it as a tar that two runs make
# the same. Runs as root of its own mount and process namespaces (unshare), so that nothing is left mounted.
#   add-packages.sh BASE_TAR DEBS_FOLDER RECIPE_FOLDER WORK_FOLDER OUT_TAR SECONDS_SINCE_1970
set -eu
base=$1 debs=$2 recipe=$3 work=$4 out=$5 seconds=$6
root=$work/root

mkdir "$root"
tar --extract --file="$base" --directory="$root" --numeric-owner --xattrs --xattrs-include='*' --exclude='./dev/*'
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
in_root() { DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$root" "$@"; }

if [ -n "$(ls "$debs")" ]; then
  # Services must not start in here.
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  mount --bind "$debs" "$root/mnt"
  [ ! -d "$recipe/files" ] || cp -R --no-preserve=ownership "$recipe/files/." "$root/"
  # A package may want another one configured before it is unpacked: as many rounds as that chain is long.
  for round in 1 2 3 4; do
    if in_root sh -c 'dpkg --force-confold --skip-same-version --unpack /mnt/*.deb'; then break; fi
    in_root dpkg --force-confold --configure --pending || [ "$round" -lt 4 ]
  done
  in_root dpkg --force-confold --configure --pending
  umount "$root/mnt"
  rm "$root/usr/sbin/policy-rc.d"
fi
if [ -f "$recipe/set-up.sh" ]; then in_root sh -eu < "$recipe/set-up.sh"; fi

# What changes from run to run, and what the next start makes anew.
rm -rf "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* \
  "$root"/var/cache/ldconfig/aux-cache "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old "$root"/var/log/apt \
  "$root"/etc/machine-id "$root"/etc/hostname "$root"/etc/resolv.conf
find "$root/var/log" -type f -exec truncate --size=0 {} +
find "$root" -xdev -name __pycache__ -prune -exec rm -rf {} +

tar --create --file="$out" --directory="$root" --sort=name --numeric-owner --xattrs \
  --format=posix --pax-option='exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime' \
  --mtime="@$seconds" --clamp-mtime --exclude='./proc/*' --exclude='./dev/*' --exclude='./sys/*' .
