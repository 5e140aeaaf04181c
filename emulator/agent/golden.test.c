// The agent's half of agent-protocol.golden.txt.
#include "protocol.h"

#define GOLDEN_MESSAGE agent_message
#define GOLDEN_READ agent_read
#define GOLDEN_PUT agent_put
#define GOLDEN_FREE agent_free
#include "../lib-c/golden.h"
