"""``hotich train``: a reader of handwriting trained anew."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import BadParameter

from pipeline.base.errors import SetupError
from pipeline.cli.screen import out


def train(
    folder: Annotated[
        Path, typer.Argument(help="Thư mục của mô hình, ví dụ ocr_models/hand-a; tên thư mục là tên mô hình.")
    ],
    work: Annotated[
        Path,
        typer.Option("--work", help="Nơi để dòng vẽ sẵn và trạng thái; chạy lại cùng thư mục thì đi tiếp."),
    ] = Path("training-work"),
    real: Annotated[
        Path | None, typer.Option("--real", help="Thư mục dòng viết thật (ảnh và lines.tsv) để học.")
    ] = None,
    real_full: Annotated[
        Path | None,
        typer.Option("--real-full", help="Thư mục dòng viết thật mà nhãn ghi đúng cả chữ hoa và dấu câu."),
    ] = None,
    choosing: Annotated[
        Path | None, typer.Option("--choose", help="Thư mục dòng viết thật để theo dõi, không dùng để học.")
    ] = None,
    fonts: Annotated[
        Path | None, typer.Option("--fonts", help="Thư mục bút vẽ thêm (scripts/training-fonts.sh tải về).")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option("--figures", help="Thư mục chữ số thật (scripts/training-figures.sh tải về)."),
    ] = None,
    real_share: Annotated[
        float,
        typer.Option("--real-share", min=0.05, max=0.9, help="Phần dòng thật trong mỗi bước học về sau."),
    ] = 0.25,
    mixer: Annotated[
        str, typer.Option("--mixer", help="convolutional, hybrid hoặc recurrent.")
    ] = "convolutional",
    parent: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Trạng thái (.pt) của mạng khác, hoặc model.onnx để học tiếp, thay vì từ số không."
        ),
    ] = None,
    minutes: Annotated[float, typer.Option("--minutes", min=0.01, help="Số phút CPU để học.")] = 60.0,
    rate: Annotated[
        float, typer.Option("--rate", min=1e-6, help="Bước học lúc đầu; học tiếp thì nhỏ hơn, ví dụ 5e-4.")
    ] = 1.6e-3,
    until: Annotated[
        float, typer.Option("--until", min=0.01, help="Dừng sớm ở phút này, chỉ giữ trạng thái.")
    ] = math.inf,
    drawn: Annotated[int, typer.Option("--drawn", min=24, help="Số dòng vẽ có sẵn mỗi lúc.")] = 16000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Mã ngẫu nhiên.")] = 1,
    threads: Annotated[int, typer.Option("--threads", min=1, help="Số luồng.")] = 1,
    blend: Annotated[
        float,
        typer.Option(
            "--blend",
            min=0.0,
            max=0.9,
            help="Phần trọng số lúc bắt đầu (--from model.onnx) giữ lại khi ghi mô hình.",
        ),
    ] = 0.0,
    small: Annotated[bool, typer.Option("--small/--whole", help="Ghi trọng số 8 bit hoặc nguyên.")] = True,
) -> None:
    """Huấn luyện bộ đọc chữ viết tay: vẽ dòng giả, trộn dòng thật, học, ghi mô hình kèm thẻ mô tả."""
    if mixer not in ("convolutional", "hybrid", "recurrent"):
        raise BadParameter("--mixer là convolutional, hybrid hoặc recurrent.")
    try:
        from pipeline.training import train
    except ImportError as error:
        raise SetupError(
            f"Thiếu gói {error.name} để huấn luyện. Hãy cài: pip install 'hotich[train]'."
        ) from None
    from pipeline.training.loop import LoopOptions
    from pipeline.training.network import NETWORKS

    plan = train.TrainingPlan(
        folder=folder,
        work=work,
        drawn=drawn,
        fonts=fonts,
        figures=figures,
        real=real,
        real_full=real_full,
        choosing=choosing,
        parent=parent,
        small=small,
        blend=blend,
        network=NETWORKS[mixer],
        loop=LoopOptions(
            minutes=minutes, until=until, rate=rate, seed=seed, threads=threads, real_late=real_share
        ),
    )
    command = "hotich " + " ".join(Path(word).name if "/" in word else word for word in sys.argv[1:])
    train.train_model(plan, command, out().print)
