// libcrun, before main(), would copy the program to memory and execute that copy, so that a container cannot write to the
// program's file through /proc/<pid>/exe (CVE-2019-5736). The copy would take 2 MB of the guest for each container, and 10 ms.
// Here PR_SET_DUMPABLE and the missing CAP_SYS_PTRACE keep a container from /proc/<pid>/exe, and all that a privileged one
// could reach is its owner's own tab. The linker puts this function in the place of that one (--wrap).

int __wrap_ensure_cloned_binary(void);
int __wrap_ensure_cloned_binary(void) { return 0; }
