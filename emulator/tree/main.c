// Moves trees of files in and out of a place as tars, and looks at them: a process of its own for each operation, so that
// chroot(2) and a private mount namespace confine it, and killing it is all the clean-up that a cancelled copy needs.
//
//   drydock-tree [VIEW] stat [--follow] PATH
//   drydock-tree [VIEW] pack [--contents] [--whiteouts] PATH NAME                  tar to stdout
//   drydock-tree [VIEW] unpack [--owner UID:GID] [--keep-owner] [--no-overwrite] [--rename FROM TO] DIRECTORY
//   drydock-tree changes UPPER LOWER[:LOWER...] SCRATCH
//   drydock-tree usage DIRECTORY
//   drydock-tree list DIRECTORY
//   drydock-tree make PATH MODE                                                    as mkdir -p does
//   drydock-tree remove PATH                                                       with all below it; absent is well, too
//   drydock-tree store PATH MODE                                                   stdin to a file, whole or not at all
//
// "--" ends the flags. VIEW: [--ids UIDS GIDS] --root DIRECTORY [--mount SOURCE TARGET rw|ro]...
// UIDS and GIDS are maps as in /proc/<pid>/uid_map: archives have the ids of the inside.
// A failure is one line on stderr, "<errno> <message>", and exit code 1.
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "ids.h"
#include "tree.h"
#include "view.h"

/** A deep tree holds one open directory for each level. */
static const struct rlimit many_files = {4096, 4096};

/** Whether another flag follows; takes the "--" that ends them. */
static bool is_flag(char ***args) {
  if (!**args || strncmp(**args, "--", 2) != 0) return false;
  if (strcmp(**args, "--") != 0) return true;
  ++*args;
  return false;
}

static int usage_error(struct error *err) { return fail(err, EINVAL, "Cannot read the arguments"); }

static int run_stat(char **args, struct error *err) {
  bool follow = false;
  for (; is_flag(&args); args++) {
    if (strcmp(*args, "--follow") != 0) return usage_error(err);
    follow = true;
  }
  if (!args[0] || args[1]) return usage_error(err);
  return tree_stat(args[0], follow, err);
}

static int run_pack(char **args, struct error *err) {
  struct pack_options options = {0};
  for (; is_flag(&args); args++) {
    if (strcmp(*args, "--contents") == 0) options.contents = true;
    else if (strcmp(*args, "--whiteouts") == 0) options.whiteouts = true;
    else return usage_error(err);
  }
  if (!args[0] || !args[1] || args[2]) return usage_error(err);
  options.path = args[0];
  options.name = args[1];
  return tree_pack(&options, err);
}

static int run_unpack(char **args, bool confined, struct error *err) {
  struct unpack_options options = {.confined = confined, .rename_to = ""};
  for (; is_flag(&args); args++) {
    if (strcmp(*args, "--no-overwrite") == 0) {
      options.no_overwrite = true;
    } else if (strcmp(*args, "--keep-owner") == 0) {
      options.keep_owner = true;
    } else if (strcmp(*args, "--owner") == 0 && args[1]) {
      options.set_owner = true;
      if (sscanf(*++args, "%u:%u", &options.uid, &options.gid) != 2) return usage_error(err);
    } else if (strcmp(*args, "--rename") == 0 && args[1] && args[2]) {
      options.rename_from = *++args;
      options.rename_to = *++args;
    } else {
      return usage_error(err);
    }
  }
  if (!args[0] || args[1]) return usage_error(err);
  options.directory = args[0];
  return tree_unpack(&options, err);
}

static int run(char **args, struct error *err) {
  struct view view = {0};
  if (*args && strcmp(*args, "--ids") == 0 && args[1] && args[2]) {
    if (ids_use(args[1], args[2], err) < 0) return -1;
    args += 3;
  }
  args = view_arguments(&view, args, err);
  if (!args || view_enter(&view, err) < 0) return -1;
  const char *command = *args ? *args++ : "";
  if (strcmp(command, "stat") == 0) return run_stat(args, err);
  if (strcmp(command, "pack") == 0) return run_pack(args, err);
  if (strcmp(command, "unpack") == 0) return run_unpack(args, view.root != NULL, err);
  if (strcmp(command, "changes") == 0 && args[0] && args[1] && args[2] && !args[3])
    return tree_changes(args[0], args[1], args[2], err);
  if (strcmp(command, "usage") == 0 && args[0] && !args[1]) return tree_usage(args[0], err);
  if (strcmp(command, "list") == 0 && args[0] && !args[1]) return tree_list(args[0], err);
  if (strcmp(command, "make") == 0 && args[0] && args[1] && !args[2]) return tree_make(args[0], args[1], err);
  if (strcmp(command, "remove") == 0 && args[0] && !args[1]) return tree_remove(args[0], err);
  if (strcmp(command, "store") == 0 && args[0] && args[1] && !args[2]) return tree_store(args[0], args[1], err);
  return usage_error(err);
}

int main(int argc, char **argv) {
  (void)argc;
  // Modes are those of the archive, not of whoever started us.
  umask(0);
  setrlimit(RLIMIT_NOFILE, &many_files);
  struct error err = {0};
  if (run(argv + 1, &err) == 0) return 0;
  fprintf(stderr, "%d %s\n", err.number, err.message);
  return 1;
}
