/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grammar/split.h"

#include <string.h>

#include "base/buf.h"

static void statement_done(struct statement *statement)
{
	for (size_t i = 0; i < statement->word_count; i++)
		free(statement->words[i]);
	free(statement->words);
	free(statement->pipe);
	free(statement->file);
}

void statements_done(struct statements *statements)
{
	for (size_t i = 0; i < statements->count; i++)
		statement_done(&statements->items[i]);
	free(statements->items);
	*statements = (struct statements){ 0 };
}

/* The text while it is read. */
struct reader {
	const char *p;
	unsigned line;
	bool open; /* the text ended within quotes or after a backslash */
};

static char next(struct reader *reader)
{
	char c = *reader->p++;
	reader->line += c == '\n';
	return c;
}

static void read_single(struct reader *reader, struct buf *word)
{
	while (*reader->p && *reader->p != '\'')
		buf_add_char(word, next(reader));
	reader->open = *reader->p == '\0';
	if (!reader->open)
		next(reader);
}

/* In double quotes a backslash keeps its meaning before these only, and joins lines. */
static void read_double(struct reader *reader, struct buf *word)
{
	while (*reader->p && *reader->p != '"') {
		char c = next(reader);
		if (c != '\\') {
			buf_add_char(word, c);
		} else if (*reader->p == '\n') {
			next(reader);
		} else {
			if (!*reader->p || !strchr("\"\\$`", *reader->p))
				buf_add_char(word, c);
			if (*reader->p)
				buf_add_char(word, next(reader));
		}
	}
	reader->open = *reader->p == '\0';
	if (!reader->open)
		next(reader);
}

/* Reads one word; returns false if none begins here. */
static bool read_word(struct reader *reader, struct buf *word)
{
	bool any = false;
	while (*reader->p && !strchr(" \t\r\n;|>", *reader->p) && !reader->open) {
		char c = next(reader);
		if (c == '\\' && *reader->p == '\n') {
			next(reader);
			continue;
		}
		any = true;
		if (c == '\'')
			read_single(reader, word);
		else if (c == '"')
			read_double(reader, word);
		else if (c == '\\' && !*reader->p)
			reader->open = true;
		else
			buf_add_char(word, c == '\\' ? next(reader) : c);
	}
	return any;
}

static void skip_blanks(struct reader *reader)
{
	for (;;) {
		if (*reader->p == ' ' || *reader->p == '\t' ||
		    (*reader->p == '\r' && (reader->p[1] == '\n' || !reader->p[1]))) {
			reader->p++;
		} else if (*reader->p == '\\' && (reader->p[1] == '\n' ||
						  (reader->p[1] == '\r' && reader->p[2] == '\n'))) {
			reader->p += reader->p[1] == '\r' ? 3 : 2;
			reader->line++;
		} else if (*reader->p == '#') {
			reader->p += strcspn(reader->p, "\n");
		} else {
			return;
		}
	}
}

static int read_redirect(struct reader *reader, struct statement *statement, struct err *err)
{
	reader->p++;
	statement->append = *reader->p == '>';
	reader->p += statement->append;
	skip_blanks(reader);
	CLEAN_BUF struct buf name = { 0 };
	if (!read_word(reader, &name) || !name.len)
		return err_set(err, ERR_USAGE, "no file name after >");
	statement->file = buf_take(&name);
	skip_blanks(reader);
	if (*reader->p && !strchr("\n;", *reader->p) && !reader->open)
		return err_set(err, ERR_USAGE, "more words after > %s", statement->file);
	return 0;
}

static int read_pipe(struct reader *reader, struct statement *statement, struct err *err)
{
	reader->p++;
	reader->p += strspn(reader->p, " \t");
	size_t len = strcspn(reader->p, "\n");
	size_t used = len;
	while (used && strchr(" \t\r", reader->p[used - 1]))
		used--;
	if (!used)
		return err_set(err, ERR_USAGE, "no command after |");
	statement->pipe = mem_dup_len(reader->p, used);
	reader->p += len;
	return 0;
}

static void add_word(struct statement *statement, struct buf *word)
{
	statement->words =
		mem_grow(statement->words, statement->word_count, sizeof(*statement->words));
	statement->words[statement->word_count++] = buf_take(word);
}

static int read_statement(struct reader *reader, struct statement *statement, struct err *err)
{
	for (;;) {
		CLEAN_BUF struct buf word = { 0 };
		skip_blanks(reader);
		if (!statement->word_count)
			statement->line = reader->line;
		if (read_word(reader, &word)) {
			add_word(statement, &word);
			if (reader->open)
				return 0;
			continue;
		}
		if ((*reader->p == '|' || *reader->p == '>') && !statement->word_count)
			return err_set(err, ERR_USAGE, "no command before %c", *reader->p);
		if (*reader->p == '|')
			return read_pipe(reader, statement, err);
		if (*reader->p == '>')
			return read_redirect(reader, statement, err);
		return 0;
	}
}

int split_statements(const char *text, struct statements *statements, unsigned *at, struct err *err)
{
	struct reader reader = { .p = text, .line = 1 };
	*statements = (struct statements){ 0 };
	while (*reader.p) {
		struct statement statement = { 0 };
		int result = read_statement(&reader, &statement, err);
		*at = statement.line;
		if (statement.word_count) {
			statements->items = mem_grow(statements->items, statements->count,
						     sizeof(*statements->items));
			statements->items[statements->count++] = statement;
		} else {
			statement_done(&statement);
		}
		if (result < 0 || reader.open) {
			statements_done(statements);
			return result < 0 ? -1 : 1;
		}
		if (*reader.p)
			next(&reader);
	}
	return 0;
}

char **split_unfinished(const char *text, size_t len)
{
	CLEAN_FREE char *typed = mem_dup_len(text, len);
	struct reader reader = { .p = typed, .line = 1 };
	struct statement statement = { 0 };
	bool blank = true;
	while (*reader.p && !reader.open) {
		CLEAN_BUF struct buf word = { 0 };
		skip_blanks(&reader);
		blank = true;
		if (read_word(&reader, &word)) {
			add_word(&statement, &word);
			blank = false;
		} else if (*reader.p) {
			next(&reader);
			statement_done(&statement);
			statement = (struct statement){ 0 };
		}
	}
	CLEAN_BUF struct buf empty = { 0 };
	if (blank)
		add_word(&statement, &empty);
	statement.words =
		mem_resize(statement.words, statement.word_count + 1, sizeof(*statement.words));
	statement.words[statement.word_count] = NULL;
	return statement.words;
}

void split_free(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}
