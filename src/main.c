/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: the process's surroundings made safe, one command run, its outcome as an exit code.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "engine/about.h"
#include "engine/call.h"
#include "engine/do_audit.h"
#include "engine/do_complete.h"
#include "engine/do_config.h"
#include "engine/do_contract.h"
#include "engine/do_diff.h"
#include "engine/do_doctor.h"
#include "engine/do_export.h"
#include "engine/do_manual.h"
#include "engine/do_sandbox.h"
#include "engine/run.h"
#include "engine/settle.h"
#include "shell/repl.h"
#include "shell/script.h"

/* How many signals have come, and the last of them: all that a handler may touch. */
static volatile sig_atomic_t signals;
static volatile sig_atomic_t last_signal;

static const action_function actions[ACTION_COUNT] = {
	[ACTION_CALL] = do_call,
	[ACTION_REQUEST] = do_request,
	[ACTION_COMMANDS] = do_commands,
	[ACTION_HELP] = do_help,
	[ACTION_VERSION] = do_version,
	[ACTION_CONFIG_INIT] = do_config_init,
	[ACTION_CONFIG_CHECK] = do_config_check,
	[ACTION_CONFIG_SHOW] = do_config_show,
	[ACTION_CONFIG_PATH] = do_config_path,
	[ACTION_PROFILE_LIST] = do_profile_list,
	[ACTION_PROFILE_SHOW] = do_profile_show,
	[ACTION_CONTRACT_CHECK] = do_contract_check,
	[ACTION_CONTRACT_SHOW] = do_contract_show,
	[ACTION_CONTRACT_EXPORT] = do_contract_export,
	[ACTION_CONTRACT_DIFF] = do_contract_diff,
	[ACTION_CONTRACT_USE] = do_contract_use,
	[ACTION_SANDBOX_SERVE] = do_sandbox_serve,
	[ACTION_SANDBOX_RESET] = do_sandbox_reset,
	[ACTION_SANDBOX_SEED] = do_sandbox_seed,
	[ACTION_SANDBOX_STATUS] = do_sandbox_status,
	[ACTION_AUDIT_SHOW] = do_audit_show,
	[ACTION_AUDIT_VERIFY] = do_audit_verify,
	[ACTION_AUDIT_EXPORT] = do_audit_export,
	[ACTION_RECONCILE] = do_reconcile,
	[ACTION_WHOAMI] = do_whoami,
	[ACTION_DOCTOR] = do_doctor,
	[ACTION_COMPLETION] = do_completion,
	[ACTION_COMPLETE] = do_complete,
	[ACTION_MANUAL] = do_manual,
	[ACTION_RUN] = do_run,
	[ACTION_USE] = do_use,
	[ACTION_SET] = do_set,
	[ACTION_STATUS] = do_status,
	[ACTION_SOURCE] = do_source,
	[ACTION_QUIT] = do_quit,
	[ACTION_SHELL] = do_shell,
};

static void on_signal(int number)
{
	last_signal = number;
	signals = signals + 1;
}

static void catch_signals(void)
{
	/* no SA_RESTART: a signal ends a question at the terminal */
	const struct sigaction caught = { .sa_handler = on_signal },
			       ignored = { .sa_handler = SIG_IGN };
	sigaction(SIGINT, &caught, NULL);
	sigaction(SIGTERM, &caught, NULL);
	sigaction(SIGPIPE, &ignored, NULL);
	/* a file over the limit is an error like a full disk, not the end between a change and its
	 * record */
	sigaction(SIGXFSZ, &ignored, NULL);
}

/* A closed standard stream must not become some file of ours: writing to it has to fail, not to hit
 * that. */
static void keep_streams(void)
{
	while (fcntl(STDIN_FILENO, F_GETFD) < 0 || fcntl(STDOUT_FILENO, F_GETFD) < 0 ||
	       fcntl(STDERR_FILENO, F_GETFD) < 0) {
		bool output = fcntl(STDIN_FILENO, F_GETFD) >= 0;
		if (open("/dev/null", output ? O_RDONLY : O_WRONLY) < 0)
			_exit(err_row(ERR_INTERNAL)->exit_code);
	}
}

/* Widths need a UTF-8 locale; C.UTF-8 is everywhere. */
static void set_locale(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* Some file systems tell of a full disk only here. */
static int close_output(const struct session *session, struct err *err)
{
	if (close(STDOUT_FILENO) == 0)
		return 0;
	return err_set(err, session->applied ? ERR_OUTPUT_LOST : ERR_INTERNAL,
		       "cannot write the result: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	keep_streams();
	set_locale();
	catch_signals();
	CLEANUP(words_done) struct words words = { 0 };
	for (int i = 1; i < argc; i++)
		words_add(&words, argv[i]);
	CLEANUP(session_done)
	struct session session = {
		.actions = actions,
		.stop = &signals,
		.last_signal = &last_signal,
	};
	CLEAN_ERR struct err err = { 0 };
	if (run_words(&session, &words, &err) == 0 && close_output(&session, &err) == 0)
		return 0;
	if (err.kind == ERR_INTERRUPTED && last_signal == SIGTERM)
		err.kind = ERR_TERMINATED;
	run_report(&session, &err);
	return err_row(err.kind)->exit_code;
}
