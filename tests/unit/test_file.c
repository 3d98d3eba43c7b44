/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>

#include "base/file.h"

static size_t entries(const char *folder)
{
	size_t count = 0;
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static mode_t mode_of(const char *path)
{
	struct stat facts;
	assert_int_equal(stat(path, &facts), 0);
	return facts.st_mode & 07777;
}

static void reading(void **state)
{
	CLEAN_FREE char *path = file_join(*state, "a");
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf out = { 0 };
	struct stat facts;
	unit_write(path, "0123456789");
	assert_int_equal(file_read(path, 10, &out, &facts, ERR_CONFIG, &err), 0);
	CHECK_TEXT(out.data, "0123456789", "contents");
	assert_int_equal(facts.st_size, 10);
	buf_clear(&out);
	assert_int_equal(file_read(path, 9, &out, NULL, ERR_CONFIG, &err), -1);
	CHECK_ERR(&err, ERR_CONFIG, "is larger than 9 bytes");
	assert_int_equal(file_read(*state, 10, &out, NULL, ERR_USAGE, &err), -1);
	CHECK_ERR(&err, ERR_USAGE, "it is a folder");
	CLEAN_FREE char *missing = file_join(*state, "missing");
	assert_int_equal(file_read(missing, 10, &out, NULL, ERR_INTERNAL, &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "missing: No such file");
}

static void reading_nothing(void **state)
{
	CLEAN_FREE char *path = file_join(*state, "empty");
	unit_write(path, "");
	const char *const paths[] = { path, "/dev/null" };
	for (size_t i = 0; i < COUNT(paths); i++) {
		CLEAN_ERR struct err err = { 0 };
		CLEAN_BUF struct buf out = { 0 };
		assert_int_equal(file_read(paths[i], 10, &out, NULL, ERR_CONFIG, &err), 0);
		assert_int_equal(out.len, 0);
		CHECK_TEXT(buf_str(&out), "", paths[i]);
	}
}

static void reading_a_pipe(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a\0b", 3), 3);
	close(ends[1]);
	CLEAN_FREE char *path = buf_format("/proc/self/fd/%d", ends[0]);
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf out = { 0 };
	assert_int_equal(file_read(path, 10, &out, NULL, ERR_CONFIG, &err), 0);
	assert_int_equal(out.len, 3);
	assert_memory_equal(out.data, "a\0b", 4);
	close(ends[0]);
	buf_clear(&out);
	assert_int_equal(file_read("/dev/zero", 100000, &out, NULL, ERR_CONFIG, &err), -1);
	CHECK_ERR(&err, ERR_CONFIG, "larger than 100000");
}

static void expect_contents(const char *path, const char *text)
{
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf out = { 0 };
	assert_int_equal(file_read(path, 1 << 20, &out, NULL, ERR_CONFIG, &err), 0);
	CHECK_TEXT(buf_str(&out), text, path);
}

static void writing(void **state)
{
	CLEAN_FREE char *path = file_join(*state, "conf");
	CLEAN_ERR struct err err = { 0 };
	mode_t mask = umask(022);
	assert_int_equal(file_write(path, BYTES("one"), 0600, true, &err), 0);
	assert_int_equal(mode_of(path), 0600);
	expect_contents(path, "one");
	assert_int_equal(file_write(path, BYTES("two"), 0600, true, &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "File exists");
	expect_contents(path, "one");
	assert_int_equal(file_write(path, BYTES("three"), 0644, false, &err), 0);
	expect_contents(path, "three");
	assert_int_equal(mode_of(path), 0644);
	assert_int_equal(file_write(path, "", 0, 0666, false, &err), 0);
	expect_contents(path, "");
	assert_int_equal(mode_of(path), 0666);
	assert_int_equal(entries(*state), 1);
	umask(mask);
}

static void writing_fails_clean(void **state)
{
	CLEAN_FREE char *folder = file_join(*state, "folder");
	CLEAN_FREE char *inside = file_join(folder, "file");
	CLEAN_FREE char *beyond = file_join(*state, "missing/file");
	CLEAN_ERR struct err err = { 0 };
	assert_int_equal(file_make_folder(folder, &err), 0);
	unit_write(inside, "x");
	assert_int_equal(file_write(folder, BYTES("x"), 0600, false, &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "cannot replace");
	assert_int_equal(file_write(beyond, BYTES("x"), 0600, false, &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "cannot write beside");
	assert_int_equal(entries(*state), 1);
	assert_int_equal(file_write_all(-1, BYTES("x")), -1);
}

static void dangling_link_is_there(void **state)
{
	CLEAN_FREE char *link = file_join(*state, "link");
	CLEAN_ERR struct err err = { 0 };
	assert_int_equal(symlink("/nonexistent/x", link), 0);
	assert_int_equal(file_write(link, BYTES("x"), 0600, true, &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "File exists");
}

static void spooling(void **state)
{
	CLEAN_FREE char *from = file_join(*state, "from");
	CLEAN_FREE char *to = file_join(*state, "to");
	CLEAN_FREE char *nowhere = file_join(*state, "none/to");
	CLEAN_ERR struct err err = { 0 };
	CLEAN_BUF struct buf text = { 0 };
	buf_add_repeat(&text, 'x', 200000);
	unit_write(from, text.data);
	assert_int_equal(file_spool(from, to, NULL, &err), 0);
	expect_contents(to, text.data);
	struct stat facts;
	assert_int_equal(stat(to, &facts), 0);
	assert_int_equal(facts.st_mode & 07777, 0600);
	assert_int_equal(file_spool(from, to, NULL, &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "to: File exists");
	expect_contents(to, text.data);
	assert_int_equal(file_spool(from, nowhere, NULL, &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "cannot make ");
	assert_int_equal(unlink(to), 0);
	assert_int_equal(file_spool(*state, to, NULL, &err), -1);
	CHECK_ERR(&err, ERR_USAGE, "Is a directory");
	assert_int_equal(access(to, F_OK), -1);
	volatile sig_atomic_t stop = 1;
	assert_int_equal(file_spool(from, to, &stop, &err), -1);
	CHECK_ERR(&err, ERR_INTERRUPTED, "interrupted while ");
	assert_int_equal(access(to, F_OK), -1);
	assert_int_equal(file_spool(nowhere, to, NULL, &err), -1);
	CHECK_ERR(&err, ERR_USAGE, "cannot open ");
}

static void spooling_a_pipe(void **state)
{
	CLEAN_FREE char *to = file_join(*state, "to");
	CLEAN_ERR struct err err = { 0 };
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a\n1\n", 4), 4);
	close(ends[1]);
	CLEAN_FREE char *from = buf_format("/dev/fd/%d", ends[0]);
	assert_int_equal(file_spool(from, to, NULL, &err), 0);
	expect_contents(to, "a\n1\n");
	int standard_input = dup(STDIN_FILENO);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(unlink(to), 0);
	assert_int_equal(file_spool("-", to, NULL, &err), 0);
	expect_contents(to, "");
	assert_int_equal(dup2(standard_input, STDIN_FILENO), STDIN_FILENO);
	close(standard_input);
	close(ends[0]);
}

static void folders(void **state)
{
	CLEAN_FREE char *deep = file_join(*state, "a/b//c/");
	CLEAN_FREE char *middle = file_join(*state, "a/b");
	CLEAN_FREE char *file = file_join(*state, "file");
	CLEAN_FREE char *under = file_join(file, "x");
	CLEAN_ERR struct err err = { 0 };
	assert_int_equal(file_make_folder(deep, &err), 0);
	assert_int_equal(file_make_folder(deep, &err), 0);
	assert_int_equal(mode_of(deep), 0700);
	assert_int_equal(mode_of(middle), 0700);
	unit_write(file, "x");
	assert_int_equal(file_make_folder(file, &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "not a folder");
	assert_int_equal(file_make_folder(under, &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "cannot");
	assert_int_equal(file_make_folder("/", &err), 0);
	assert_int_equal(file_make_folder("", &err), -1);
	CHECK_ERR(&err, ERR_INTERNAL, "folder");
}

static void expanding(void **state)
{
	(void)state;
	assert_int_equal(setenv("HOME", "/home/me", 1), 0);
	static const char *const pairs[][2] = {
		{ "~/x", "/home/me/x" }, { "~", "~" }, { "~you/x", "~you/x" },
		{ "/a/~/b", "/a/~/b" },	 { "x", "x" }, { "", "" }
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEAN_FREE char *path = file_expand(pairs[i][0]);
		CHECK_TEXT(path, pairs[i][1], pairs[i][0]);
	}
	const struct passwd *user = getpwuid(geteuid());
	CLEAN_FREE char *own = buf_format("%s/x", user ? user->pw_dir : "~");
	assert_int_equal(setenv("HOME", "relative", 1), 0);
	CLEAN_FREE char *relative = file_expand("~/x");
	CHECK_TEXT(relative, own, "a HOME that is no place");
	unsetenv("HOME");
	CLEAN_FREE char *path = file_expand("~/x");
	CHECK_TEXT(path, own, "without HOME");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, unit_folder, unit_folder_gone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(reading),
		IN_FOLDER(reading_nothing),
		cmocka_unit_test(reading_a_pipe),
		IN_FOLDER(writing),
		IN_FOLDER(writing_fails_clean),
		IN_FOLDER(dangling_link_is_there),
		IN_FOLDER(spooling),
		IN_FOLDER(spooling_a_pipe),
		IN_FOLDER(folders),
		cmocka_unit_test(expanding),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
