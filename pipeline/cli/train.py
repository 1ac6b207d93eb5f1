"""``hotich train``: training of a new handwriting reader."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import BadParameter

from pipeline.base.errors import SetupError
from pipeline.cli.screen import out
from pipeline.recognition.ocr.models import default_folder


def train(
    folder: Annotated[
        Path, typer.Argument(help="Thư mục của mô hình, ví dụ ocr_models/hand-a; tên thư mục là tên mô hình.")
    ],
    work: Annotated[
        Path,
        typer.Option("--work", help="Nơi để dòng vẽ sẵn và trạng thái; chạy lại cùng thư mục thì đi tiếp."),
    ] = Path("training-work"),
    real: Annotated[
        list[Path] | None,
        typer.Option(
            "--real",
            help="Thư mục dòng viết thật (ảnh và lines.tsv) mà nhãn bỏ chữ hoa và dấu câu. Lặp lại được.",
        ),
    ] = None,
    real_full: Annotated[
        list[Path] | None,
        typer.Option("--real-full", help="Như --real, nhãn ghi đúng cả chữ hoa và dấu câu."),
    ] = None,
    foreign: Annotated[
        list[Path] | None,
        typer.Option("--foreign", help="Như --real-full, chữ nước khác; dấu tiếng Việt được vẽ thêm vào."),
    ] = None,
    clerks: Annotated[
        list[Path] | None,
        typer.Option(
            "--clerks", help="Thư mục ngày, năm, số của người ghi sổ (tên ảnh: SỔ_dN, SỔ_yN, SỔ_nN)."
        ),
    ] = None,
    choosing: Annotated[
        list[Path] | None,
        typer.Option("--choose", help="Thêm thư mục dòng viết thật để theo dõi, không dùng để học."),
    ] = None,
    aligner: Annotated[
        Path | None,
        typer.Option(
            "--aligner", help="model.onnx tìm chỗ từng chữ trong dòng thật; bỏ trống: hand-a đang cài."
        ),
    ] = None,
    fonts: Annotated[
        Path | None, typer.Option("--fonts", help="Thư mục bút vẽ thêm (scripts/training-fonts.sh tải về).")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option("--figures", help="Thư mục chữ số thật (scripts/training-figures.sh tải về)."),
    ] = None,
    network: Annotated[
        str, typer.Option("--network", help="Kiểu mạng: pretrained, tall, convolutional.")
    ] = "tall",
    parent: Annotated[
        Path | None, typer.Option("--from", help="model.onnx để học tiếp, thay vì từ số không.")
    ] = None,
    steps: Annotated[
        int, typer.Option("--steps", min=0, help="Số bước của cả lần học; 0: theo --minutes. Tăng thêm được.")
    ] = 0,
    minutes: Annotated[float, typer.Option("--minutes", min=0.01, help="Số phút CPU để học.")] = 60.0,
    rate: Annotated[
        float, typer.Option("--rate", min=1e-6, help="Bước học lúc đầu; học tiếp thì nhỏ hơn, ví dụ 5e-4.")
    ] = 1.6e-3,
    until: Annotated[
        float, typer.Option("--until", min=0.01, help="Dừng sớm ở phút này, chỉ giữ trạng thái.")
    ] = math.inf,
    every: Annotated[float, typer.Option("--every", min=0.01, help="Số phút CPU giữa hai lần đo.")] = 4.0,
    drawn: Annotated[int, typer.Option("--drawn", min=24, help="Số dòng vẽ có sẵn mỗi lúc.")] = 16000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Mã ngẫu nhiên.")] = 1,
    threads: Annotated[int, typer.Option("--threads", min=1, help="Số luồng.")] = 1,
    device: Annotated[str, typer.Option("--device", help="cpu hoặc cuda.")] = "cpu",
    workers: Annotated[
        int, typer.Option("--workers", min=0, help="Số tiến trình chuẩn bị dòng; với cuda nên bằng số nhân.")
    ] = 0,
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
    try:
        from pipeline.training import train
    except ImportError as error:
        raise SetupError(
            f"Thiếu gói {error.name} để huấn luyện. Hãy cài: pip install 'hotich[train]'."
        ) from None
    from pipeline.training.augmentation import HARDER
    from pipeline.training.collection import Collection, Kind
    from pipeline.training.loop import LoopOptions
    from pipeline.training.network import NETWORKS

    if network not in NETWORKS:
        raise BadParameter(f"--network là một trong: {', '.join(NETWORKS)}.")
    kinds: dict[Kind, list[Path] | None] = {
        "plain": real,
        "full": real_full,
        "foreign": foreign,
        "clerks": clerks,
    }
    plan = train.TrainingPlan(
        folder=folder,
        work=work,
        drawn=drawn,
        fonts=fonts,
        figures=figures,
        collections=tuple(Collection(place, kind) for kind, places in kinds.items() for place in places or ()),
        aligner=aligner or default_folder() / "hand-a" / "model.onnx",
        choosing=tuple(choosing or ()),
        parent=parent,
        small=small,
        blend=blend,
        network=NETWORKS[network],
        loop=LoopOptions(
            minutes=minutes, steps=steps, until=until, rate=rate, every=every, seed=seed, threads=threads,
            device=device, workers=workers, augment=HARDER,
        ),
    )  # fmt: skip
    command = "hotich " + " ".join(Path(word).name if "/" in word else word for word in sys.argv[1:])
    train.train_model(plan, command, out().print)
