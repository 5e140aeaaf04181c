# How the guest's C programs are built: warnings are errors, and one static file each, at a fixed address (a compiler that makes
# position-independent code unasked makes more of it). A folder's Makefile sets PROGRAM and
# SOURCES, then includes this. The guest build passes CC=i686-linux-gnu-gcc and OUT=<folder>.
CC ?= cc
OPTIMIZE ?= -Os
OUT ?= .
CFLAGS ?= $(OPTIMIZE) -g0 -fno-pie
override CFLAGS += -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-ffunction-sections -fdata-sections
LDFLAGS ?= -static
# Two mappings in place of four, and none that changes its mind before main(): each costs at the start and at the end of a process.
override LDFLAGS += -Wl,--gc-sections -Wl,-z,noseparate-code -Wl,-z,norelro

HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
HEADERS := $(wildcard *.h) $(wildcard $(HERE)*.h)

# In every program: what libc does before main().
override SOURCES := $(filter-out %/origin.c,$(SOURCES)) $(HERE)origin.c

all: $(OUT)/$(PROGRAM)

$(OUT)/$(PROGRAM): $(SOURCES) $(HEADERS) Makefile $(HERE)guest.mk
	@mkdir -p $(OUT)
	$(CC) $(CFLAGS) $(SOURCES) $(LDFLAGS) $(LIBS) -o $@.partial
	@mv $@.partial $@

clean:
	rm -f $(OUT)/$(PROGRAM)

.PHONY: all clean

# The C half of the protocol's golden test, with every check that the compiler can build in.
golden:
	@mkdir -p $(OUT)
	$(CC) -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=address,undefined -Wall -Wextra -Werror golden.test.c \
		$(wildcard $(HERE)*.c) -o $(OUT)/golden
	$(OUT)/golden $(GOLDEN)

.PHONY: golden
