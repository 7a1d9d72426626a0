#!/bin/sh
# Lectern's first-boot service. It gives this guest the name, the addresses and the rest that its host tells it, before the
# network comes up. The host tells lines "lectern:KEY=VALUE": in SMBIOS OEM strings, and, where there is more than those can
# hold or than everybody may read, in a small read-only disk that begins with "lectern-seed".
#
#   hostname=NAME                          nic=MAC ADDRESS/PREFIX GATEWAY DNS…   ("-" for no gateway)
#   host=ADDRESS NAME…                     lines of /etc/hosts that a class shares
#   root=HASH   key=PUBLIC KEY             how root logs in
#   grow=yes                               the root file system takes all of its disk
#
# A guest that is told nothing, or nothing new, is left as it is. Another machine identifier means that the disk was
# cloned: then machine-id and the SSH server's keys are made anew.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 022
state=/var/lib/lectern

# ------------------------------------------------------------- what is told

seed() {
	for disk in /sys/block/*; do
		disk=/dev/${disk##*/}
		case $disk in /dev/loop* | /dev/ram* | /dev/zram* | /dev/fd* | /dev/dm-*) continue ;; esac
		if [ "$(head -c 12 "$disk" 2>/dev/null | tr -d '\000')" = lectern-seed ]; then
			head -c 1048576 "$disk" | tr -d '\000'
		fi
	done
}

# The byte before a string may be a letter by chance.
all=$({ tr -c '\040-\176' '\n' </sys/firmware/dmi/tables/DMI; seed; } 2>/dev/null | sed -n 's/^.\{0,1\}lectern://p')
[ -n "$all" ] || exit 0
told() { printf '%s\n' "$all" | sed -n "s/^$1=//p"; }

id=$(tr '[:upper:]' '[:lower:]' </sys/class/dmi/id/product_uuid 2>/dev/null)
before=$(cat $state/told 2>/dev/null)
[ "$before" != "$id
$all" ] || exit 0
cloned=yes
case $before in "$id
"*) cloned= ;; esac

# ------------------------------------------------------------ name and hosts

name() {
	echo "$1" >/etc/hostname
	hostname "$1" 2>/dev/null || echo "$1" >/proc/sys/kernel/hostname
	if grep -q '^127\.0\.1\.1[[:space:]]' /etc/hosts 2>/dev/null; then
		sed -i "s/^127\.0\.1\.1[[:space:]].*/127.0.1.1	$1/" /etc/hosts
	fi
}

hosts() { # LINES
	sed -i '/^# Lectern: the machines of the class$/,/^# Lectern: end$/d' /etc/hosts 2>/dev/null
	printf '# Lectern: the machines of the class\n%s\n# Lectern: end\n' "$1" >>/etc/hosts
}

# -------------------------------------------------------------- network cards

device_of() { # MAC
	for card in /sys/class/net/*; do
		if [ -e "$card/device" ] && [ "$(cat "$card/address")" = "$1" ]; then echo "${card##*/}" && return; fi
	done
	return 1
}

format() {
	if [ -e /etc/sysconfig/network-scripts/ifcfg-lo ]; then echo ifcfg
	elif [ -d /etc/netplan ] && command -v netplan >/dev/null; then echo netplan
	elif [ -d /etc/NetworkManager/system-connections ]; then echo keyfile
	elif [ -e /etc/network/interfaces ]; then echo ifupdown
	else echo networkd; fi
}

# FILE MODE: from standard input.
put() {
	mkdir -p "${1%/*}"
	cat >"$1"
	chmod "$2" "$1"
}

mask() { # PREFIX
	left=$1 out=
	for _ in 1 2 3 4; do
		bits=$((left > 8 ? 8 : left))
		left=$((left - bits))
		out=$out.$((256 - (1 << (8 - bits))))
	done
	echo "${out#.}"
}

# WORD…: each behind TEXT, a line each.
each() {
	text=$1
	shift
	for word; do echo "$text$word"; done
}

# Each of these: DEVICE ADDRESS/PREFIX GATEWAY DNS…, with "-" for no gateway.
ifcfg() {
	device=$1 address=$2 gateway=$3
	shift 3
	{
		printf 'DEVICE=%s\nONBOOT=yes\nBOOTPROTO=none\nIPV6INIT=no\n' "$device"
		printf 'IPADDR=%s\nPREFIX=%s\n' "${address%/*}" "${address#*/}"
		[ "$gateway" = - ] || echo "GATEWAY=$gateway"
		number=0
		for server; do number=$((number + 1)) && echo "DNS$number=$server"; done
	} | put "/etc/sysconfig/network-scripts/ifcfg-$device" 644
}

keyfile() {
	device=$1 address=$2 gateway=$3
	shift 3
	{
		printf '[connection]\nid=lectern-%s\ntype=ethernet\ninterface-name=%s\n' "$device" "$device"
		printf 'autoconnect-priority=100\n\n[ipv4]\nmethod=manual\n'
		if [ "$gateway" = - ]; then echo "address1=$address"; else echo "address1=$address,$gateway"; fi
		[ $# = 0 ] || { printf 'dns=' && printf '%s;' "$@" && echo; }
		printf '\n[ipv6]\nmethod=ignore\n'
	} | put "/etc/NetworkManager/system-connections/lectern-$device.nmconnection" 600
}

networkd() {
	device=$1 address=$2 gateway=$3
	shift 3
	{
		printf '[Match]\nName=%s\n\n[Network]\nAddress=%s\n' "$device" "$address"
		[ "$gateway" = - ] || echo "Gateway=$gateway"
		each DNS= "$@"
	} | put "/etc/systemd/network/10-lectern-$device.network" 644
}

# These two have all cards in one file.
netplan_head() { printf 'network:\n  version: 2\n  ethernets:\n'; }
netplan_one() {
	device=$1 address=$2 gateway=$3
	shift 3
	printf '    %s:\n      dhcp4: false\n      addresses:\n      - %s\n' "$device" "$address"
	[ "$gateway" = - ] || printf '      routes:\n      - to: 0.0.0.0/0\n        via: "%s"\n' "$gateway"
	[ $# = 0 ] || { printf '      nameservers:\n        addresses:\n' && for server; do echo "        - \"$server\""; done; }
}

ifupdown_head() { printf 'auto lo\niface lo inet loopback\n'; }
ifupdown_one() {
	device=$1 address=$2 gateway=$3
	shift 3
	printf '\nauto %s\niface %s inet static\n' "$device" "$device"
	printf '    address %s\n    netmask %s\n' "${address%/*}" "$(mask "${address#*/}")"
	[ "$gateway" = - ] || echo "    gateway $gateway"
	[ $# = 0 ] || echo "    dns-nameservers $*"
}

# What the guest asks DHCP for still: those in no line.
ifupdown_rest() {
	for card in /sys/class/net/*; do
		[ -e "$card/device" ] || continue
		case $told_cards in *" ${card##*/} "*) continue ;; esac
		printf '\nauto %s\niface %s inet dhcp\n' "${card##*/}" "${card##*/}"
	done
}

# WHAT: for each card that is told of and there.
cards() {
	told nic | while read -r mac rest; do
		# shellcheck disable=SC2086 # words
		if device=$(device_of "$mac"); then "$1" "$device" $rest; fi
	done
}

network() {
	told_cards=" $(told nic | while read -r mac _; do device_of "$mac"; done | tr '\n' ' ')"
	case $(format) in
	ifcfg) cards ifcfg ;;
	keyfile) cards keyfile ;;
	networkd) cards networkd ;;
	netplan)
		{ netplan_head && cards netplan_one; } | put /etc/netplan/90-lectern.yaml 600
		netplan generate 2>/dev/null ;;
	ifupdown) { ifupdown_head && cards ifupdown_one && ifupdown_rest; } | put /etc/network/interfaces 644 ;;
	esac
}

# --------------------------------------------------------------------- login

password() { # HASH
	file=/etc/shadow
	[ -e $file ] || file=/etc/passwd
	sed -i "s|^root:[^:]*:|root:$1:|" $file
}

key() { # LINE
	mkdir -p /root/.ssh
	chmod 700 /root/.ssh
	grep -qxF "$1" /root/.ssh/authorized_keys 2>/dev/null || echo "$1" >>/root/.ssh/authorized_keys
	chmod 600 /root/.ssh/authorized_keys
}

renew() {
	if [ -e /etc/machine-id ] && [ -n "$id" ]; then
		echo "$id" | tr -d - >/etc/machine-id
		if [ -f /var/lib/dbus/machine-id ] && [ ! -L /var/lib/dbus/machine-id ]; then
			cp /etc/machine-id /var/lib/dbus/machine-id
		fi
	fi
	if command -v ssh-keygen >/dev/null && [ -d /etc/ssh ]; then
		rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
		ssh-keygen -A
	fi
}

# ---------------------------------------------------------------- the disk

grow_partition() { # NAME
	[ -e "/sys/class/block/$1/partition" ] || return 0
	number=$(cat "/sys/class/block/$1/partition")
	disk=/dev/$(basename "$(readlink -f "/sys/class/block/$1/..")")
	if command -v growpart >/dev/null; then
		growpart "$disk" "$number"
	elif command -v sfdisk >/dev/null; then
		echo ', +' | sfdisk -q --no-reread -N "$number" "$disk"
		partx -u "$disk"
	fi
}

grow() {
	# shellcheck disable=SC2046 # words
	set -- $(awk '$2 == "/" && $1 ~ "^/dev/" { print $1, $3 }' /proc/mounts | tail -n 1)
	[ $# = 2 ] || return 0
	device=$(readlink -f "$1")
	below=
	# shellcheck disable=SC2012 # the kernel's names
	case $device in /dev/dm-*) below=$(ls "/sys/class/block/${device##*/}/slaves" | head -n 1) ;; esac
	grow_partition "${below:-${device##*/}}"
	if [ -n "$below" ] && command -v lvextend >/dev/null; then
		pvresize "/dev/$below"
		lvextend -l +100%FREE "$1"
	fi
	case $2 in
	ext[234]) resize2fs "$device" ;;
	xfs) xfs_growfs / ;;
	btrfs) btrfs filesystem resize max / ;;
	esac
}

# ---------------------------------------------------------------------- all

mkdir -p $state
exec >>$state/log 2>&1
value=$(told hostname | head -n 1)
if [ -n "$value" ]; then name "$value"; fi
value=$(told host)
if [ -n "$value" ]; then hosts "$value"; fi
if [ -n "$(told nic)" ]; then network; fi
value=$(told root | head -n 1)
if [ -n "$value" ]; then password "$value"; fi
told key | while read -r value; do key "$value"; done
if [ -n "$cloned" ]; then renew; fi
if [ "$(told grow | head -n 1)" = yes ]; then grow; fi
umask 077
printf '%s\n%s\n' "$id" "$all" >$state/told
