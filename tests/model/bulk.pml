/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The protocol of bulk: what is written and synced when, what is sent when, and what is believed after a crash.
 * README.md says what this is a model of and what it leaves out; test_model.py checks it and breaks it.
 *
 * -DTRUSTED      the server applies an identifier once, and the profile says so
 * -DSAME_TARGET  both rows are of one target, so their order matters
 * -DBREAK_…      one rule of the protocol left out
 */

#define ROWS 2
#define SLOTS 4 /* two requests of each row can be under way: k / 2 is the row of slot k */

#ifndef CRASHES
#define CRASHES 2 /* SIGKILL or power loss, at any step */
#endif
#ifndef SETBACKS
#define SETBACKS 2 /* 401, 429 or nothing sent */
#endif
#define RETRIES 1 /* after an unknown outcome, in one process */

/* A time-out in ticks. A request leaves within one after it is handed to libcurl, and is applied within one after. */
#define WINDOW 2

/* ---- what is checked; with -DONLY=… one property alone, which a broken variant must then violate */

#define DOUBLED 1 /* applied more than once */
#define DENIED 2  /* called not applied, and it is or will be */
#define CLAIMED 3 /* called applied, and it is not */
#define LOST 4	  /* the job ended without the API's word on a row, or without its result on disk */
#define TWICE 5	  /* a second result of a row */
#define ORDER 6	  /* applied before an earlier row of the same target */
#ifdef ONLY
#define CHECK(property, holds) assert(ONLY != property || (holds))
#else
#define CHECK(property, holds) assert(property && (holds))
#endif

/* ---- the journal: what its lines come to for a row, on the disk and in the file as processes read it */

#define NONE 0 /* no intent, or one that was certainly not applied */
#define OPEN 1
#define OK 2
#define REFUSED 3
#define UNKNOWN 4
#define BACK 5 /* not a line: 401, 429 or nothing sent */

byte disk[ROWS], file[ROWS];
chan tail = [12] of { byte, byte }; /* lines of the file that are not synced */
#ifdef BREAK_WINDOW_FROM_INTENT
byte disk_age[ROWS], file_age[ROWS]; /* ticks since the intent */
#endif
#ifdef BREAK_TORN_KEPT
bit torn; /* the file ends with half a line */
#endif

/* ---- the server and what is under way to it */

byte applied[ROWS];  /* how often */
bit decided[ROWS];   /* the API has answered for good */
byte answer_ok[ROWS], answer_no[ROWS]; /* trusted: bit masks of the identifiers that were answered so */

#define FREE 0
#define CONNECTING 1
#define LEFT 2

typedef request {
	byte at;
	byte age;
	bit awaited; /* by the living process */
	byte id;
}
request slot[SLOTS];

/* ---- the client's memory */

#define FRESH 0
#define READ_BACK 1
#define NOTED 2
#define STARTED 3
#define ENDED 4
#define DONE 5

byte row[ROWS], outcome[ROWS], tried[ROWS];
bit doubt[ROWS]; /* an earlier try may have been applied */
bit known[ROWS]; /* this process has written an intent: only for what is broken */
byte phase;
bit stopping;
byte lock_age, hold_age; /* ticks since the lock was taken; since a row became unknown */
byte crashes, setbacks, runs;

#define DEAD 0
#define READING 1
#define TURN 2
#define INTENTS 3
#define SYNCED 4
#define FINISHED 5

#define some(state) (row[0] == state || row[1] == state)
#define in_flight some(STARTED)
#define all_done (row[0] == DONE && row[1] == DONE)

#ifdef SAME_TARGET
#define may_begin(r) (r == 0 || (row[0] == DONE && (file[0] != UNKNOWN || hold_age >= WINDOW || held_not)))
#else
#define may_begin(r) true
#endif
#ifdef BREAK_NO_HOLD
#define held_not true
#else
#define held_not false
#endif

inline write_line(r, line)
{
#ifdef BREAK_TORN_KEPT
	if
	:: torn -> torn = 0 /* half a line and this one are one line that nobody can read */
	:: else -> tail!r,line; file[r] = line
	fi;
#else
	tail!r,line;
	file[r] = line;
#endif
#ifdef BREAK_WINDOW_FROM_INTENT
	file_age[r] = 0;
#endif
	skip
}

inline sync()
{
	do
	:: tail?_,_
	:: empty(tail) -> break
	od;
#ifdef BREAK_WINDOW_FROM_INTENT
	disk_age[0] = file_age[0];
	disk_age[1] = file_age[1];
#endif
	disk[0] = file[0];
	disk[1] = file[1]
}

inline write_result(r, result)
{
	CHECK(TWICE, file[r] < OK);
	CHECK(CLAIMED, result != OK || applied[r] == 1);
	CHECK(DENIED, result != REFUSED || applied[r] == 0);
	write_line(r, result);
	if
	:: result == UNKNOWN -> hold_age = 0
	:: else
	fi;
	row[r] = DONE; doubt[r] = 0; tried[r] = 0; outcome[r] = 0; known[r] = 0
}

inline write_intent(r)
{
	CHECK(TWICE, file[r] < OK);
#ifdef BREAK_OLD_INTENT
	if
	:: known[r]
	:: else -> write_line(r, OPEN)
	fi;
	known[r] = 1;
#elif defined(BREAK_INTENT_LATE)
	skip;
#else
	write_line(r, OPEN);
#endif
	row[r] = NOTED
}

#if defined(BREAK_DENIAL_BELIEVED)
#define doubtful(r) false
#else
#define doubtful(r) doubt[r]
#endif

inline take(r)
{
#ifdef BREAK_INTENT_LATE
	write_line(r, OPEN);
#endif
	if
	:: outcome[r] == OK -> write_result(r, OK)
	:: outcome[r] == REFUSED && doubtful(r) -> write_result(r, UNKNOWN)
	:: outcome[r] == REFUSED && !doubtful(r) -> write_result(r, REFUSED)
	:: outcome[r] == UNKNOWN -> write_result(r, UNKNOWN)
#ifdef TRUSTED
	:: outcome[r] == UNKNOWN && tried[r] < RETRIES ->
		tried[r]++; doubt[r] = 1; row[r] = FRESH; outcome[r] = 0
#endif
	:: outcome[r] == BACK ->
#ifdef BREAK_AUTH_FINAL
		write_result(r, REFUSED);
#else
		if
#ifdef BREAK_AGAIN_IN_DOUBT
		:: true
#else
		:: !doubt[r]
#endif
			-> CHECK(DENIED, applied[r] == 0); write_line(r, NONE); doubt[r] = 0
		:: else
		fi;
		row[r] = FRESH; outcome[r] = 0;
#endif
		if
		:: stopping = 1
		:: true
		fi
	fi
}

inline start(r)
{
	if
	:: slot[2 * r].at == FREE ->
		slot[2 * r].at = CONNECTING; slot[2 * r].awaited = 1
#ifdef BREAK_FRESH_ID
		; slot[2 * r].id = runs
#endif
	:: else ->
		slot[2 * r + 1].at = CONNECTING; slot[2 * r + 1].awaited = 1
#ifdef BREAK_FRESH_ID
		; slot[2 * r + 1].id = runs
#endif
	fi;
	row[r] = STARTED
#ifdef BREAK_RESULT_EARLY
	; write_result(r, OK)
#endif
}

#define may_start(r) (row[r] != NOTED || slot[2 * r].at == FREE || slot[2 * r + 1].at == FREE)

inline start_noted()
{
	if
	:: row[0] == NOTED -> start(0)
	:: else
	fi;
	if
	:: row[1] == NOTED -> start(1)
	:: else
	fi
}

inline begin(r)
{
	doubt[r] = 0; tried[r] = 0; outcome[r] = 0; known[r] = 0;
	if
	:: file[r] == NONE -> row[r] = FRESH
	:: file[r] == OPEN ->
#if defined(TRUSTED)
		row[r] = FRESH; doubt[r] = 1
#elif defined(BREAK_NO_READ_BACK)
		row[r] = FRESH
#else
		row[r] = READ_BACK
#endif
#ifdef BREAK_RESULT_IGNORED
	:: else -> row[r] = FRESH
#else
	:: else -> row[r] = DONE
#endif
	fi
}

#if defined(BREAK_NO_WINDOW)
#define believed(r) true
#elif defined(BREAK_WINDOW_FROM_INTENT)
#define believed(r) (file_age[r] >= WINDOW * BREAK_WINDOW_FROM_INTENT)
#else
#define believed(r) (lock_age >= WINDOW)
#endif

inline read_back(r)
{
	if
	:: applied[r] > 0 -> row[r] = ENDED; outcome[r] = OK
	:: applied[r] == 0 && believed(r) -> row[r] = FRESH
	:: row[r] = ENDED; outcome[r] = UNKNOWN
	fi
}

inline number_run()
{
#ifdef BREAK_FRESH_ID
	runs++
#else
	skip
#endif
}

/* What a process takes with it: its requests that have not left, and all that it remembers. */
inline forget()
{
	byte k = 0;
	do
	:: k < SLOTS ->
		if
		:: slot[k].at == CONNECTING -> slot[k].at = FREE; slot[k].age = 0; slot[k].id = 0
		:: else
		fi;
		slot[k].awaited = 0;
		k++
	:: else -> break
	od;
	k = 0;
	do
	:: k < ROWS -> row[k] = FRESH; outcome[k] = 0; tried[k] = 0; doubt[k] = 0; known[k] = 0; k++
	:: else -> break
	od;
	k = 0; stopping = 0; lock_age = 0; hold_age = 0; phase = DEAD
}

inline lose_power()
{
	byte r = 0, line = 0;
	do
	:: tail?r,line -> disk[r] = line
#ifdef BREAK_WINDOW_FROM_INTENT
		; disk_age[r] = file_age[r]
#endif
	:: break
	od;
#ifdef BREAK_TORN_KEPT
	if
	:: nempty(tail) -> torn = 1
	:: true
	fi;
#endif
	do
	:: tail?_,_
	:: empty(tail) -> break
	od;
	r = 0; line = 0;
#ifdef BREAK_WINDOW_FROM_INTENT
	file_age[0] = disk_age[0];
	file_age[1] = disk_age[1];
#endif
	file[0] = disk[0];
	file[1] = disk[1]
}

proctype client()
{
	do
	:: atomic { phase == DEAD ->
		begin(0); begin(1); number_run(); lock_age = 0; hold_age = 0; phase = READING }

	/* what was open is settled first */
	:: atomic { phase == READING && row[0] == READ_BACK -> read_back(0) }
	:: atomic { phase == READING && row[1] == READ_BACK -> read_back(1) }
	:: atomic { phase == READING && !some(READ_BACK) -> phase = TURN }

	/* a turn: what has ended is written down */
	:: atomic { phase == TURN && row[0] == ENDED -> take(0) }
	:: atomic { phase == TURN && row[1] == ENDED -> take(1) }

	/* new rows, and those that are tried again: intents, sync, start. A kill can cut the write after any line. */
	:: atomic { (phase == TURN || phase == INTENTS) && !stopping && row[0] == FRESH && may_begin(0) ->
		write_intent(0); phase = INTENTS }
	:: atomic { (phase == TURN || phase == INTENTS) && !stopping && row[1] == FRESH && may_begin(1) ->
		write_intent(1); phase = INTENTS }
#ifdef BREAK_SENT_UNSYNCED
	:: atomic { phase == INTENTS && may_start(0) && may_start(1) -> start_noted(); phase = SYNCED }
	:: atomic { phase == SYNCED -> sync(); phase = TURN }
#else
	:: atomic { phase == INTENTS -> sync(); phase = SYNCED }
	:: atomic { phase == SYNCED && may_start(0) && may_start(1) -> start_noted(); phase = TURN }
#endif

	/* the end, for now or for good */
	:: atomic { phase == TURN && stopping && !in_flight && !some(ENDED) && !all_done -> forget() }
	:: atomic { phase == TURN && all_done ->
#ifndef BREAK_NO_LAST_SYNC
		sync();
#endif
		phase = FINISHED;
		CHECK(LOST, disk[0] >= OK && disk[1] >= OK);
		CHECK(LOST, (disk[0] == UNKNOWN || decided[0]) && (disk[1] == UNKNOWN || decided[1]));
		break }

	/* a crash */
	:: atomic { phase != DEAD && crashes < CRASHES -> crashes++; forget() }
	:: atomic { phase != DEAD && crashes < CRASHES -> crashes++; lose_power(); forget() }
	od
}

/* ---- what is under way */

inline free(k)
{
	slot[k].at = FREE; slot[k].age = 0; slot[k].awaited = 0; slot[k].id = 0
}

inline tell(k, what)
{
	if
	:: slot[k].awaited && row[k / 2] == STARTED -> row[k / 2] = ENDED; outcome[k / 2] = what
	:: else
	fi;
	slot[k].awaited = 0
}

inline answer(k, what)
{
	if
	:: true -> tell(k, what)
	:: true -> tell(k, UNKNOWN) /* it is lost on its way back */
	fi;
	free(k)
}

inline apply(k)
{
	applied[k / 2]++;
	decided[k / 2] = 1;
	CHECK(DOUBLED, applied[k / 2] <= 1);
	/* the journal, as any crash now would leave it, does not say that it was not applied */
	CHECK(DENIED, disk[k / 2] != REFUSED && disk[k / 2] != NONE && file[k / 2] != REFUSED && file[k / 2] != NONE)
#ifdef SAME_TARGET
	; CHECK(ORDER, k / 2 == 1 || applied[1] == 0)
#endif
}

inline refuse(k)
{
	decided[k / 2] = 1;
	answer(k, REFUSED)
}

#define id_bit(k) (1 << slot[k].id)
#define answered(k) ((answer_ok[k / 2] | answer_no[k / 2]) & id_bit(k))

proctype under_way(byte k)
{
end:	do
	/* nothing is sent, or all of it */
	:: atomic { slot[k].at == CONNECTING && setbacks < SETBACKS -> setbacks++; tell(k, BACK); free(k) }
	:: atomic { slot[k].at == CONNECTING -> slot[k].at = LEFT; slot[k].age = 0 }
	/* it does not arrive; nobody waits any more; a proxy refuses it, for now or for good */
	:: atomic { slot[k].at == LEFT -> tell(k, UNKNOWN); free(k) }
	:: atomic { slot[k].at == LEFT && slot[k].awaited -> tell(k, UNKNOWN) }
	:: atomic { slot[k].at == LEFT && slot[k].awaited && setbacks < SETBACKS -> setbacks++; answer(k, BACK) }
	:: atomic { slot[k].at == LEFT && slot[k].awaited -> refuse(k) }
	/* it arrives: applied or refused */
#ifdef TRUSTED
	:: atomic { slot[k].at == LEFT && (answer_ok[k / 2] & id_bit(k)) -> answer(k, OK) }
	:: atomic { slot[k].at == LEFT && (answer_no[k / 2] & id_bit(k)) -> answer(k, REFUSED) }
	:: atomic { slot[k].at == LEFT && !answered(k) ->
		answer_ok[k / 2] = answer_ok[k / 2] | id_bit(k); apply(k); answer(k, OK) }
	:: atomic { slot[k].at == LEFT && !answered(k) ->
		answer_no[k / 2] = answer_no[k / 2] | id_bit(k); refuse(k) }
#else
	:: atomic { slot[k].at == LEFT -> apply(k); answer(k, OK) }
	:: atomic { slot[k].at == LEFT -> refuse(k) }
#endif
	od
}

/* ---- time, where it decides something */

#define overdue(k) (slot[k].at != FREE && slot[k].age == WINDOW - 1)
#define ages(k) (slot[k].at != FREE)
#ifdef BREAK_WINDOW_FROM_INTENT
#define intent_ages(r) (file[r] == OPEN && file_age[r] < 2 * WINDOW)
#else
#define intent_ages(r) false
#endif
#define lock_ages (some(READ_BACK) && lock_age < WINDOW)
#define hold_ages (file[0] == UNKNOWN && row[1] == FRESH && hold_age < WINDOW)

inline age_slot(k)
{
	if
	:: ages(k) -> slot[k].age++
	:: else
	fi
}

inline age_intent(r)
{
#ifdef BREAK_WINDOW_FROM_INTENT
	if
	:: intent_ages(r) -> file_age[r]++
	:: else
	fi;
	if
	:: disk[r] == OPEN && disk_age[r] < 2 * WINDOW -> disk_age[r]++
	:: else
	fi;
#endif
	skip
}

proctype clock()
{
end:	do
	:: d_step {
		!overdue(0) && !overdue(1) && !overdue(2) && !overdue(3) &&
		(ages(0) || ages(1) || ages(2) || ages(3) || intent_ages(0) || intent_ages(1) || lock_ages || hold_ages) ->
		age_slot(0); age_slot(1); age_slot(2); age_slot(3);
		age_intent(0); age_intent(1);
		if
		:: lock_ages -> lock_age++
		:: else
		fi;
		if
		:: hold_ages -> hold_age++
		:: else
		fi
	   }
	od
}

init {
	atomic {
		run client();
		run under_way(0); run under_way(1); run under_way(2); run under_way(3);
#if !defined(TRUSTED) || defined(SAME_TARGET)
		run clock();
#endif
	}
}
