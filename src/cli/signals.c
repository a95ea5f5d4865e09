/* The signals that end a subcommand, or have it reload.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "cli/cli.h"

#include <signal.h>

void cli_signals_catch(struct cli_signals *signals, struct loop *loop, void (*stop)(void *user),
                       void (*hang_up)(void *user), void *user)
{
    static const int numbers[CLI_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

    for (unsigned i = 0; i < CLI_SIGNALS; i++) {
        struct sigaction action;
        bool ignored = sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == SIG_IGN;

        if (ignored)
            signals->signal[i] = NULL;
        else if (numbers[i] == SIGHUP && hang_up != NULL)
            signals->signal[i] = loop_signal_new(loop, SIGHUP, hang_up, user);
        else
            signals->signal[i] = loop_signal_new_end(loop, numbers[i], stop, user);
    }
}

void cli_signals_free(struct cli_signals *signals)
{
    for (unsigned i = 0; i < CLI_SIGNALS; i++)
        loop_signal_free(signals->signal[i]);
}
