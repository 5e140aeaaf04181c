/*
 * whoami: an HTTP server that answers with who it is and what it was asked. Two of them behind one name show which one
 * answered; one behind a proxy shows what the proxy added.
 *   whoami [--port N] [--name TEXT]     or WHOAMI_PORT_NUMBER and WHOAMI_NAME in the environment
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { REQUEST_BYTES = 16 * 1024, IDLE_SECONDS = 30, ADDRESS_BYTES = INET6_ADDRSTRLEN + 8 };

struct options {
	unsigned short port;
	const char *name;
};

static void end(int signal)
{
	(void)signal;
	_exit(0);
}

static void fail(const char *what)
{
	fprintf(stderr, "whoami: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned short port_of(const char *text)
{
	char *rest;
	long port = strtol(text, &rest, 10);

	if (*text == '\0' || *rest != '\0' || port < 1 || port > 65535) {
		fprintf(stderr, "whoami: invalid port \"%s\": a number from 1 to 65535 is expected\n", text);
		exit(2);
	}
	return (unsigned short)port;
}

static struct options read_options(int count, char **words)
{
	const char *port = getenv("WHOAMI_PORT_NUMBER");
	struct options options = {.name = getenv("WHOAMI_NAME")};

	for (int i = 1; i < count; i += 2) {
		if (i + 1 < count && strcmp(words[i], "--port") == 0) {
			port = words[i + 1];
		} else if (i + 1 < count && strcmp(words[i], "--name") == 0) {
			options.name = words[i + 1];
		} else {
			fprintf(stderr, "whoami: unknown or incomplete option \"%s\"\nUsage: whoami [--port N] [--name TEXT]\n", words[i]);
			exit(2);
		}
	}
	options.port = port_of(port ? port : "80");
	return options;
}

/* IPv6 if the container has it (such a socket takes IPv4 as well). */
static int listen_on(unsigned short port)
{
	int yes = 1, no = 0, listener = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(port)};

	if (listener >= 0) {
		setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
		setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
		if (bind(listener, (struct sockaddr *)&any, sizeof any) < 0)
			fail("bind");
	} else {
		listener = socket(AF_INET, SOCK_STREAM, 0);
		if (listener < 0)
			fail("socket");
		setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
		if (bind(listener, (struct sockaddr *)&any4, sizeof any4) < 0)
			fail("bind");
	}
	if (listen(listener, 64) < 0)
		fail("listen");
	return listener;
}

static const char *text_of(const struct sockaddr *address, char *out, size_t bytes, int *port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

	if (address->sa_family == AF_INET) {
		*port = ntohs(v4->sin_port);
		return inet_ntop(AF_INET, &v4->sin_addr, out, (socklen_t)bytes);
	}
	*port = ntohs(v6->sin6_port);
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		return inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, out, (socklen_t)bytes);
	return inet_ntop(AF_INET6, &v6->sin6_addr, out, (socklen_t)bytes);
}

static void write_addresses(FILE *out)
{
	struct ifaddrs *all, *one;
	char text[ADDRESS_BYTES];
	int port;

	if (getifaddrs(&all) < 0)
		return;
	for (one = all; one; one = one->ifa_next)
		if (one->ifa_addr && (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6))
			fprintf(out, "IP: %s\n", text_of(one->ifa_addr, text, sizeof text, &port));
	freeifaddrs(all);
}

/* @returns the bytes of the request's head, which ends with an empty line; 0: it did not come whole */
static size_t read_head(int connection, char *request)
{
	size_t bytes = 0;

	while (bytes < REQUEST_BYTES - 1) {
		ssize_t more = read(connection, request + bytes, REQUEST_BYTES - 1 - bytes);

		if (more <= 0)
			return 0;
		bytes += (size_t)more;
		request[bytes] = '\0';
		if (strstr(request, "\r\n\r\n") || strstr(request, "\n\n"))
			return bytes;
	}
	return 0;
}

static void write_answer(FILE *out, const char *request, const struct sockaddr *peer, const struct options *options)
{
	char host[256] = "", address[ADDRESS_BYTES];
	int port = 0;
	const char *from = text_of(peer, address, sizeof address, &port);

	gethostname(host, sizeof host - 1);
	if (options->name)
		fprintf(out, "Name: %s\n", options->name);
	fprintf(out, "Hostname: %s\n", host);
	write_addresses(out);
	fprintf(out, strchr(from, ':') ? "RemoteAddr: [%s]:%d\n" : "RemoteAddr: %s:%d\n", from, port);
	for (const char *at = request; *at; at++)
		if (*at != '\r')
			fputc(*at, out);
}

static void answer(int connection, const struct sockaddr *peer, const struct options *options)
{
	static char request[REQUEST_BYTES];
	struct timeval idle = {.tv_sec = IDLE_SECONDS};
	char *body = NULL;
	size_t bytes = 0;
	FILE *text = open_memstream(&body, &bytes), *out = fdopen(connection, "w");

	setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle);
	if (!text || !out)
		_exit(1);
	if (read_head(connection, request) == 0) {
		fputs("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", out);
	} else {
		write_answer(text, request, peer, options);
		fclose(text);
		fprintf(out, "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", bytes);
		if (strncmp(request, "HEAD ", 5) != 0)
			fwrite(body, 1, bytes, out);
	}
	fclose(out);
	_exit(0);
}

int main(int count, char **words)
{
	struct options options = read_options(count, words);
	/* A first process has no default for SIGTERM: without a handler `docker stop` would wait for its time to run out. */
	struct sigaction ends = {.sa_handler = end}, left_alone = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
	int listener;

	sigaction(SIGTERM, &ends, NULL);
	sigaction(SIGINT, &ends, NULL);
	sigaction(SIGCHLD, &left_alone, NULL);
	listener = listen_on(options.port);
	printf("Starting up on port %d\n", options.port);
	fflush(stdout);
	for (;;) {
		struct sockaddr_in6 peer;
		socklen_t bytes = sizeof peer;
		int connection = accept(listener, (struct sockaddr *)&peer, &bytes);

		if (connection < 0) {
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			fail("accept");
		}
		if (fork() == 0) {
			close(listener);
			answer(connection, (struct sockaddr *)&peer, &options);
		}
		close(connection);
	}
}
