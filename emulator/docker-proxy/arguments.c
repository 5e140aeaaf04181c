// Only the engine calls the proxy, so a mistake gets no more than a refusal.
#include "arguments.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static int parse_address(struct address *address, const char *host, const char *port_text) {
  uint16_t port = htons((uint16_t)atoi(port_text));
  struct sockaddr_in *four = (struct sockaddr_in *)&address->sockaddr;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address->sockaddr;
  *address = (struct address){.length = sizeof(*four)};
  if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = port;
    return 0;
  }
  address->length = sizeof(*six);
  if (inet_pton(AF_INET6, host, &six->sin6_addr) != 1) return -1;
  six->sin6_family = AF_INET6;
  six->sin6_port = port;
  return 0;
}

int arguments_parse(struct arguments *arguments, int argc, char **argv) {
  const char *proto = "tcp", *host_ip = "", *host_port = "", *container_ip = "", *container_port = "";
  const struct {
    const char *name;
    const char **value;
  } options[] = {
      {"-proto", &proto},
      {"-host-ip", &host_ip},
      {"-host-port", &host_port},
      {"-container-ip", &container_ip},
      {"-container-port", &container_port},
  };
  for (int i = 1; i < argc; i += 2) {
    const char **value = NULL;
    for (size_t j = 0; j < sizeof(options) / sizeof(*options); j++)
      if (strcmp(argv[i], options[j].name) == 0) value = options[j].value;
    if (!value || i + 1 == argc) return -1;
    *value = argv[i + 1];
  }
  arguments->is_udp = strcmp(proto, "udp") == 0;
  if (!arguments->is_udp && strcmp(proto, "tcp") != 0) return -1;
  if (parse_address(&arguments->host, host_ip, host_port) < 0) return -1;
  return parse_address(&arguments->container, container_ip, container_port);
}
