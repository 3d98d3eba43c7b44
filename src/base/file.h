/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files: read whole with a limit, written whole or not at all, and folders of our own.
 * Each failing call names the path and the system's reason, with the kind that the caller gives.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Reads a regular file, a pipe or a character device (`-` is standard input) of at most `max` bytes
 * to its end. `facts` (may be NULL) receives what fstat says. A folder is an error.
 */
int file_read(const char *path, size_t max, struct buf *out, struct stat *facts, enum err_kind kind,
	      struct err *err);

/* Writes all bytes to a descriptor; -1 with errno set. Goes on after short writes and signals. */
int file_write_all(int fd, const char *bytes, size_t len);

/*
 * Replaces or makes `path` with these contents: written beside it with this mode, synced, renamed,
 * and the folder synced. With `only_new`, an existing file is an error and stays as it is.
 */
int file_write(const char *path, const char *bytes, size_t len, mode_t mode, bool only_new,
	       struct err *err);

/* Adds the bytes to the end of the file, which is made with mode 0600 when missing, in one write.
 */
int file_append(const char *path, const char *bytes, size_t len, struct err *err);

/*
 * Copies a file, pipe or device (`-` is standard input) to its end into the new file `to`, mode
 * 0600, which is on disk with its name afterwards, or is not there. ERR_USAGE if the source cannot
 * be read, ERR_INTERNAL if the copy cannot be written, ERR_INTERRUPTED when `*stop` (may be NULL)
 * becomes non-zero.
 */
int file_spool(const char *from, const char *to, const volatile sig_atomic_t *stop,
	       struct err *err);

/* For CLEANUP: closes the descriptor unless it is none or one of the three standard ones. */
void file_close(int *fd);

/* Makes the folder and its missing parents, with mode 0700. */
int file_make_folder(const char *path, struct err *err);

/* "A/B"; the caller frees it. */
char *file_join(const char *folder, const char *name);

/* The user's folder: $HOME, or where that is not set that of the password database; NULL: there is
 * none. The caller frees it. */
char *file_home(void);

/* The path with a leading `~/` replaced by the user's folder; the caller frees it. */
char *file_expand(const char *path);

#endif
