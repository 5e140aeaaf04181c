/*
 * The program of the hello-world image. It has no C library: two system calls are all it needs, and the image shows how
 * small a container can be.
 */
static const char text[] =
    "\n"
    "Hello from Docker, running in your browser!\n"
    "\n"
    "You can read this, so everything works. This is what just happened:\n"
    " 1. The docker command sent your request to the Docker engine over its API.\n"
    " 2. The engine did not have the \"hello-world\" image, so it pulled it from a\n"
    "    registry: an index, a manifest for linux/386, and one layer.\n"
    " 3. The engine stacked a thin writable layer on the image, and asked the\n"
    "    runtime to start a process there in namespaces and a cgroup of its own:\n"
    "    a container.\n"
    " 4. The process (me!) wrote this text. The engine streamed it to the docker\n"
    "    command, which printed it in your terminal. Then I ended, and so did the\n"
    "    container.\n"
    "\n"
    "Something bigger to try is a shell in a container:\n"
    " $ docker run -it busybox sh\n"
    "\n";

static long call(long number, long first, const void *second, long third)
{
    long result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory");
    return result;
}

void _start(void)
{
    const char *rest = text;
    long left = sizeof text - 1;

    while (left > 0) {
        long written = call(4 /* write */, 1, rest, left);

        if (written <= 0)
            break;
        rest += written;
        left -= written;
    }
    call(1 /* exit */, left > 0, 0, 0);
    for (;;)
        ;
}
