// Flags of mount(2) and umount2(2). Source: the kernel's uapi/linux/mount.h.

export const MS_RDONLY = 1;
export const MS_NODEV = 4;
export const MS_BIND = 4096;
export const MNT_DETACH = 2;
