// The stub's half of cli-protocol.golden.txt.
#include "protocol.h"

#define GOLDEN_MESSAGE cli_message
#define GOLDEN_READ cli_read
#define GOLDEN_PUT cli_put
#define GOLDEN_FREE cli_free
#include "../lib-c/golden.h"
