// Before main() libc asks the kernel in which folder the program is, for libraries that it might load later: a walk through a
// new process's part of /proc, which takes as long as a fifth of the stub's life. Our programs are static and load none. The
// linker takes this function and leaves libc's out.
const char *_dl_get_origin(void);
/** @return what libc's does when it does not know */
const char *_dl_get_origin(void) { return (const char *)-1; }
