"""``python -m app passwd`` and ``token``: who may use the pages of ``--auth FILE``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ingest.console import one_line_ends

AuthOption = Annotated[
    Path | None,
    typer.Option(
        "--auth", help="Ask for a login of this file of accounts; see `passwd`. 要求登录，账户文件用 passwd 建立。"
    ),
]
_File = Annotated[Path, typer.Argument(help="The file of accounts. 账户文件。")]
_Name = Annotated[str, typer.Argument(help="Who. 用户名。")]


def passwd(
    file: _File,
    name: _Name,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the account. 删除账户。")] = False,
) -> None:
    """Adds an account or sets its password; reads it from stdin where that is no terminal. 添加账户或设置密码。"""
    from app.state.accounts import remove_account, set_password

    with one_line_ends():
        if remove:
            remove_account(file, name)
            typer.echo(f"removed {name} / 已删除", err=True)
            return
        if sys.stdin.isatty():
            password = typer.prompt("Password / 密码", hide_input=True, confirmation_prompt=True, err=True)
        else:
            password = sys.stdin.readline().rstrip("\r\n")
        added = set_password(file, name, password)
        typer.echo(f"{'added / 已添加' if added else 'changed / 已修改'}: {name}", err=True)


def token(file: _File, name: _Name) -> None:
    """Prints a token for scripts and agents, good for a year or until the password changes. 输出供程序使用的令牌。"""
    from app.state.accounts import Accounts
    from app.state.sessions import new_token

    with one_line_ends():
        typer.echo(new_token(Accounts(file), name))
