/*
 * The first process of the guest. It builds the root file system that the agent then lives in, and hands over to it:
 * a root image (EROFS, served by the host over 9p) under a tmpfs overlay, the kernel's own file systems, and the places
 * that a Docker host has. It runs from the initramfs, before any library or shell exists, so it is one static program.
 *
 * Kernel parameters: drydock.root=PATH of the root image below the 9p mount, e.g. blobs/<digest>.erofs
 *                    drydock.init=PROGRAM to run in place of the agent (for debugging)
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOST_TAG "host9p" /* the name that v86 gives its 9p device */
#define HOST_OPTIONS "trans=virtio,version=9p2000.L,msize=512000,cache=mmap"
#define NEW_ROOT "/newroot"
#define ROOT_NAME "root.erofs"
#define AGENT "/sbin/drydock-agent"
#define DISK "/sys/kernel/config/nullb/ram0"

/* Nothing can repair a guest that has no root: say why on the console, and wait instead of panicking. */
__attribute__((noreturn, format(printf, 1, 2))) static void give_up(const char *format, ...)
{
    int error = errno;
    va_list args;

    fprintf(stderr, "drydock-init: ");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, ": %s\ndrydock-init: stopped\n", strerror(error));
    for (;;)
        pause();
}

static void make_dir(const char *path, mode_t mode)
{
    if (mkdir(path, mode) < 0 && errno != EEXIST)
        give_up("cannot make the directory %s", path);
    if (chmod(path, mode) < 0)
        give_up("cannot set the mode of %s", path);
}

static void mount_at(const char *source, const char *target, const char *type, unsigned long flags, const char *options)
{
    if (mount(source, target, type, flags, options) < 0)
        give_up("cannot mount %s (%s) at %s", source, type ? type : "bind", target);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        give_up("cannot write \"%s\" to %s", text, path);
    close(fd);
}

/* Copies the value of a kernel parameter, such as drydock.root=..., to `value`. */
static int kernel_parameter(const char *name, char *value, size_t size)
{
    char line[4096];
    FILE *file = fopen("/proc/cmdline", "re");
    size_t length = strlen(name);

    if (!file || !fgets(line, sizeof line, file))
        give_up("cannot read /proc/cmdline");
    fclose(file);
    for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
        if (strncmp(word, name, length) == 0 && word[length] == '=') {
            snprintf(value, size, "%s", word + length + 1);
            return 1;
        }
    }
    return 0;
}

/*
 * Attaches a file to a free loop device, read-only, and writes the device's path to `device`. Direct I/O hands a whole
 * request to 9p; without it the loop driver asks for each page alone.
 */
static void attach_loop(const char *path, char *device, size_t size)
{
    struct loop_config config = {.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO,
                                 .block_size = 4096};
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int number, loop;

    if (file < 0)
        give_up("cannot open the root image %s", path);
    if (control < 0)
        give_up("cannot open /dev/loop-control");
    number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0)
        give_up("cannot get a free loop device");
    close(control);
    snprintf(device, size, "/dev/loop%d", number);
    loop = open(device, O_RDONLY | O_CLOEXEC);
    config.fd = file;
    memcpy(config.info.lo_file_name, ROOT_NAME, sizeof ROOT_NAME); /* what `losetup` shows */
    if (loop < 0 || ioctl(loop, LOOP_CONFIGURE, &config) < 0)
        give_up("cannot attach %s to %s", path, device);
    close(file);
    /* `loop` stays open until the mount holds the device: autoclear would detach it with the last closed descriptor. */
}

static void mount_kernel_file_systems(void)
{
    make_dir("/proc", 0555);
    make_dir("/sys", 0555);
    make_dir("/dev", 0755);
    mount_at("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    mount_at("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    mount_at("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
}

static void mount_host(void)
{
    make_dir("/host", 0755);
    mount_at(HOST_TAG, "/host", "9p", MS_NOSUID | MS_NODEV, HOST_OPTIONS);
}

/* The overlay's upper side is a tmpfs: 9p cannot be one, and the guest's state must live in its memory. */
static void mount_root(void)
{
    char name[256], path[300], device[32];

    if (!kernel_parameter("drydock.root", name, sizeof name)) {
        errno = ENOENT;
        give_up("the kernel command line has no drydock.root=");
    }
    snprintf(path, sizeof path, "/host/%s", name);
    attach_loop(path, device, sizeof device);
    make_dir("/image", 0755);
    mount_at(device, "/image", "erofs", MS_RDONLY | MS_NODEV, NULL);
    make_dir("/changes", 0755);
    mount_at("tmpfs", "/changes", "tmpfs", 0, "mode=0755");
    make_dir("/changes/upper", 0755);
    make_dir("/changes/work", 0755);
    make_dir(NEW_ROOT, 0755);
    mount_at("overlay", NEW_ROOT, "overlay", 0, "lowerdir=/image,upperdir=/changes/upper,workdir=/changes/work");
}

static void mount_below_root(void)
{
    static const struct { const char *type, *path, *options; mode_t mode; unsigned long flags; } parts[] = {
        {"devpts", NEW_ROOT "/dev/pts", "gid=5,mode=620,ptmxmode=666", 0755, MS_NOSUID | MS_NOEXEC},
        {"tmpfs", NEW_ROOT "/dev/shm", "mode=1777", 01777, MS_NOSUID | MS_NODEV},
        {"mqueue", NEW_ROOT "/dev/mqueue", NULL, 01777, MS_NOSUID | MS_NODEV | MS_NOEXEC},
        {"tmpfs", NEW_ROOT "/run", "mode=0755", 0755, MS_NOSUID | MS_NODEV},
        {"tmpfs", NEW_ROOT "/tmp", "mode=1777", 01777, MS_NOSUID | MS_NODEV},
        /* Not a part of the root overlay: an overlay cannot be the upper side of a container's overlay. Images have
           set-user-id programs and device files, so neither is refused here. */
        {"tmpfs", NEW_ROOT "/var/lib/docker", "mode=0710,size=75%", 0710, 0},
        {"cgroup2", NEW_ROOT "/sys/fs/cgroup", "nsdelegate,memory_recursiveprot", 0, MS_NOSUID | MS_NODEV | MS_NOEXEC},
        {"bpf", NEW_ROOT "/sys/fs/bpf", "mode=0700", 0, MS_NOSUID | MS_NODEV | MS_NOEXEC},
    };
    static const char *moved[] = {"/proc", "/sys", "/dev", "/host"};

    for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
        char target[64];

        snprintf(target, sizeof target, NEW_ROOT "%s", moved[i]);
        make_dir(target, 0755);
        mount_at(moved[i], target, NULL, MS_MOVE, NULL);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].mode)
            make_dir(parts[i].path, parts[i].mode);
        mount_at(parts[i].type, parts[i].path, parts[i].type, parts[i].flags, parts[i].options);
    }
    /* The learner's files, if the host shares any. */
    make_dir(NEW_ROOT "/workspace", 0755);
    if (access(NEW_ROOT "/host/workspace", F_OK) == 0)
        mount_at(NEW_ROOT "/host/workspace", NEW_ROOT "/workspace", NULL, MS_BIND, NULL);
}

static void switch_root(void)
{
    if (chdir(NEW_ROOT) < 0)
        give_up("cannot enter %s", NEW_ROOT);
    unlink("/init"); /* the initramfs stays mounted under the new root: free its memory */
    mount_at(".", "/", NULL, MS_MOVE, NULL);
    if (chroot(".") < 0 || chdir("/") < 0)
        give_up("cannot make %s the root", NEW_ROOT);
    /* What containers unmount must stay mounted here, and mounts made here reach them only when asked for. */
    mount_at("none", "/", NULL, MS_REC | MS_SHARED, NULL);
}

/* Every controller that the kernel has is handed to the children of the root group, as systemd does for Docker. */
static void enable_controllers(void)
{
    char controllers[256] = "", enable[300] = "";
    FILE *file = fopen("/sys/fs/cgroup/cgroup.controllers", "re");

    if (!file || !fgets(controllers, sizeof controllers, file))
        give_up("cannot read the control group controllers");
    fclose(file);
    for (char *name = strtok(controllers, " \n"); name; name = strtok(NULL, " \n")) {
        strcat(enable, enable[0] ? " +" : "+");
        strcat(enable, name);
    }
    write_file("/sys/fs/cgroup/cgroup.subtree_control", enable);
}

/*
 * /dev/ram0: 64 MB that take memory only when written, behind a request queue. It is slower than the processor, as disks are:
 * else nobody would ever wait in the queue, and there were nothing to share by weight. BFQ is the scheduler that knows the
 * weights of control groups; it takes turns between requests, so these are small.
 */
static void make_disk(void)
{
    static const struct { const char *name, *value; } settings[] = {
        {"size", "64"}, {"memory_backed", "1"}, {"hw_queue_depth", "16"}, {"max_sectors", "128"}, {"mbps", "10"}, {"power", "1"},
    };

    mount_at("configfs", "/sys/kernel/config", "configfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    if (mkdir(DISK, 0755) < 0)
        give_up("cannot make %s", DISK);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        char path[sizeof DISK + 32];

        snprintf(path, sizeof path, DISK "/%s", settings[i].name);
        write_file(path, settings[i].value);
    }
    write_file("/sys/block/ram0/queue/scheduler", "bfq");
}

static void bring_up_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        give_up("cannot bring up the loopback interface");
    close(fd);
}

static void make_docker_dirs(void)
{
    static const struct { const char *path; mode_t mode; } dirs[] = {
        {"/var/lib/docker/overlay2", 0710}, {"/var/lib/docker/containers", 0710}, {"/var/lib/docker/image", 0700},
        {"/var/lib/docker/volumes", 0701},  {"/var/lib/docker/network", 0750},    {"/var/lib/docker/buildkit", 0711},
        {"/var/lib/docker/tmp", 0700},      {"/run/docker", 0700},                {"/run/lock", 01777},
    };

    umask(0);
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
        make_dir(dirs[i].path, dirs[i].mode);
    umask(022);
}

static void run_agent(void)
{
    char program[256] = AGENT;
    char *argv[] = {program, NULL};
    char *envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=xterm-256color",
                    "LANG=C.UTF-8", NULL};

    kernel_parameter("drydock.init", program, sizeof program);
    execve(program, argv, envp);
    give_up("cannot run %s", program);
}

int main(void)
{
    umask(022);
    mount_kernel_file_systems();
    mount_host();
    mount_root();
    mount_below_root();
    switch_root();
    enable_controllers();
    make_disk();
    bring_up_loopback();
    if (sethostname("drydock", 7) < 0)
        give_up("cannot set the host name");
    make_docker_dirs();
    run_agent();
}
