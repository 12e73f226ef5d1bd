# PID 1 of a test host. $1: the directory of the keys, $2: name, $3: address/length.
# Its root is this machine's own, with a layer in memory over it. The first line of its input is
# the password of `pw`; it ends when its input ends, and with it everything that runs in it.
set -e
umask 022
echo born
read -r password
mount --make-rprivate /
disk="$1/disk-$2"
mkdir "$disk"
mount -t tmpfs -o mode=755,size=3g tmpfs "$disk"
mkdir "$disk/upper" "$disk/work" "$disk/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$disk/upper,workdir=$disk/work" "$disk/root"
cd "$disk/root"
mount -t proc proc proc
mount -t sysfs sysfs sys -o ro 2>/dev/null || true
mount -t tmpfs -o mode=755,size=1m tmpfs dev
for node in null zero full random urandom tty; do : >dev/$node; mount --bind /dev/$node dev/$node; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,gid=5,mode=620 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=1777 tmpfs var/tmp
mkdir -m 755 run/sshd
mkdir -p run/lock run/hostwright-old
cp "$1/id.pub" "$1/host" run/sshd/
# What this host's disk holds beyond the machine's, for the test to look at.
mkdir -m 700 run/disk
mount --bind "$disk/upper" run/disk
hostname "$2"
echo "$2" >etc/hostname
echo "127.0.0.1 localhost $2" >etc/hosts
mount -t tmpfs -o mode=700 tmpfs root
pivot_root . run/hostwright-old
cd /
umount -l /run/hostwright-old
rmdir /run/hostwright-old
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
for user in deploy pw guest; do useradd -m -s /bin/bash "$user"; done
printf 'deploy:*\n' | chpasswd -e
printf 'pw:%s\nguest:guest-secret\n' "$password" | chpasswd
printf 'deploy ALL=(ALL) NOPASSWD: ALL\npw ALL=(ALL) ALL\n' >/etc/sudoers.d/hostwright
chmod 440 /etc/sudoers.d/hostwright
for home in /root /home/deploy /home/pw /home/guest; do
  mkdir -m 700 "$home/.ssh"
  cp /run/sshd/id.pub "$home/.ssh/authorized_keys"
  chown -R "$(stat -c %u:%g "$home")" "$home/.ssh"
done
cat >/run/sshd/config <<X
HostKey /run/sshd/host
PidFile /run/sshd/pid
UsePAM yes
UseDNS no
PermitRootLogin prohibit-password
PasswordAuthentication yes
MaxStartups 200:30:400
Subsystem sftp internal-sftp
X
ip link set lo up
ip addr add "$3" dev eth0
ip link set eth0 up
/usr/sbin/sshd -f /run/sshd/config -E /run/sshd/log
echo ready
cat >/dev/null
