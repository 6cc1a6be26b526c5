"""The command `forecast`: one module for each kind of question."""

from __future__ import annotations

import sys
from typing import Any

import click

from forecast.base.files import settle_home
from forecast.base.package import VERSION
from forecast.base.parallel import collect_seldom, limit_threads
from forecast.cli.commitments import commitments
from forecast.cli.encoding import any_encoding, give_up_output
from forecast.cli.exchange import export, history
from forecast.cli.folders import check_data, explore, import_command, init
from forecast.cli.judge import judge
from forecast.cli.questions import league, news, scenario, status
from forecast.cli.record import answer, backtest, prune, score, verify
from forecast.cli.reports import plan_table, report
from forecast.cli.scheduled import check, health, run_due
from forecast.cli.terminal import CODES_HELP, FAILED


class _Command(click.Group):
    """The command, whose messages and help can be printed in every encoding."""

    def main(self, *args: Any, **more: Any) -> Any:
        """Run the command that the arguments name."""
        settle_home()
        with any_encoding():
            try:
                return super().main(*args, **more)
            except OSError as error:  # such as that of a log on a full disk
                give_up_output()
                where = error.filename or "standard output"
                click.echo(f"forecast: {where}: {error.strerror or error}", err=True)
                sys.exit(FAILED)


@click.group(
    cls=_Command, context_settings={"help_option_names": ["-h", "--help"]}, epilog=CODES_HELP
)
@click.version_option(VERSION, prog_name="forecast")
def main() -> None:
    """Forecast how probable it is that a year's growth targets are attained."""
    limit_threads()
    collect_seldom()


for _command in (
    report,
    status,
    league,
    news,
    scenario,
    plan_table,
    history,
    export,
    commitments,
    judge,
    answer,
    explore,
    backtest,
    check,
    run_due,
    health,
    verify,
    prune,
    score,
    check_data,
    import_command,
    init,
):
    main.add_command(_command)
