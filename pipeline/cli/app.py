"""The commands put together. Each is loaded when it is called: help and version wait for none of them."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import rich_utils

import pipeline
from pipeline.cli.late_commands import LateCommand, LateGroup

COMMANDS = (
    LateCommand(
        "run",
        "run",
        "run",
        "Đọc mọi trang chưa đọc của các sổ trong thư mục và lưu vào sổ dữ liệu.",
    ),
    LateCommand(
        "reread",
        "run",
        "reread",
        "Liệt kê những trang sẽ được đọc lại vì mô hình, mẫu sổ, quy tắc hay tùy chọn đã đổi; `--apply` thì đọc lại.",
    ),
    LateCommand(
        "page",
        "page",
        "page",
        "Đọc thử một trang và cho xem máy thấy gì; không lưu gì vào sổ dữ liệu.",
    ),
    LateCommand(
        "sheet",
        "contact_sheet",
        "sheet",
        "Vẽ tờ ảnh của một sổ: mười trang một tờ, mỗi ô tô màu theo đã nhận, chờ người xem hay trống.",
    ),
    LateCommand("queue", "queue", "queue", "Liệt kê các sự kiện và trang đang chờ người rà soát."),
    LateCommand("serve", "serve", "serve", "Mở màn hình rà soát cho trình duyệt. Dừng bằng Ctrl+C."),
    LateCommand(
        "server",
        "server",
        "server",
        "Chạy mọi thứ một cơ quan cần trên một máy: máy chủ Prefect, tiến trình chạy việc theo lịch, màn hình rà soát.",
    ),
    LateCommand(
        "worker",
        "worker",
        "worker",
        "Chạy việc theo lịch của máy chủ Prefect đang chạy ở máy khác (PREFECT_API_URL). Dừng bằng Ctrl+C.",
    ),
    LateCommand(
        "encrypt",
        "registry",
        "encrypt",
        "Chép sổ dữ liệu SQLite sang một tệp mới được mã hóa; sổ đang dùng không bị sửa gì.",
    ),
    LateCommand(
        "backup",
        "backup",
        "backup",
        "Sao lưu sổ dữ liệu, bản quét, thiết lập, khai báo và mô hình; rồi khôi phục thử sổ dữ liệu.",
    ),
    LateCommand(
        "restore",
        "backup",
        "restore",
        "Khôi phục một bản sao lưu vào thư mục làm việc chưa có gì, trên máy này hay máy khác. Không ghi đè gì.",
    ),
    LateCommand(
        "check",
        "check",
        "check",
        "Kiểm tra cả quyển: dãy số, trùng số, thứ tự ngày, tổng số khi khóa sổ, trang thiếu; và đối chiếu giữa các sổ.",
    ),
    LateCommand(
        "export",
        "export",
        "export",
        "Xuất gói dữ liệu bàn giao cho phần mềm dùng chung: tệp Excel, mỗi sự kiện một PDF, và bản kê có chữ ký.",
    ),
    LateCommand(
        "reconcile",
        "reconcile",
        "reconcile",
        "Đối soát tệp Excel của phần mềm dùng chung với sổ dữ liệu: sự kiện thiếu, sự kiện thừa, ô khác nhau.",
    ),
    LateCommand(
        "report",
        "report",
        "report",
        "Báo cáo tiến độ và chất lượng cho người phụ trách: in tóm tắt, hoặc ghi tệp Excel và PDF.",
    ),
    LateCommand(
        "pilot",
        "pilot",
        "pilot",
        "Làm một trang kết quả thử của các sổ đã rà soát: chỉ có con số, để cơ quan gửi cho người hỏi nếu muốn.",
    ),
    LateCommand(
        "evaluate",
        "evaluate",
        "evaluate",
        "So kết quả đọc các sổ với đáp án: đúng từng cột, từng kiểu; ô trống; tự động chấp nhận; độ tin cậy; tốc độ.",
    ),
    LateCommand(
        "calibrate",
        "calibrate",
        "calibrate",
        "Hiệu chuẩn độ tin cậy của chữ viết tay theo những ô mà người đã quyết định trong các sổ này.",
    ),
    LateCommand(
        "learn",
        "learn",
        "learn",
        "Dạy thêm bộ đọc theo các dòng người của cơ quan đã xác nhận, rồi so với bộ đọc đang dùng.",
    ),
    LateCommand(
        "synth",
        "synth",
        "synth",
        "Vẽ sổ giả từ chính các mẫu sổ, như máy quét giao ra, kèm đáp án truth.json. Người trong sổ đều là bịa.",
    ),
    LateCommand(
        "train",
        "train",
        "train",
        "Huấn luyện bộ đọc chữ viết tay: vẽ dòng giả, trộn dòng thật, học, ghi mô hình kèm thẻ mô tả.",
    ),
    LateCommand(
        "rules",
        "rules",
        "rules",
        "Liệt kê mọi quy tắc: mã, mức, câu giải thích, căn cứ, các ô được hỏi; mức mà cơ quan đã đổi (office.toml).",
    ),
    LateCommand(
        "cover-sheet",
        "intake",
        "cover_sheet",
        "In tờ phân cách (mã QR và chữ) cho các quyển sổ: đặt trước trang đầu của mỗi quyển rồi quét.",
    ),
    LateCommand(
        "doctor",
        "doctor",
        "doctor",
        "Kiểm tra máy: chương trình, dữ liệu, mô hình, quyền ghi; thiếu gì thì chỉ cách cài.",
    ),
    LateCommand(
        "demo",
        "demo",
        "demo",
        "Tóm tắt kết quả đã lưu và vẽ ảnh: trang nào, đọc được gì, ô nào chờ người xem.",
    ),
    LateCommand("account", "account", "account_app", "Tài khoản của người dùng màn hình rà soát."),
    LateCommand(
        "api-token",
        "api_token",
        "api_token_app",
        "Mã truy cập cho hệ thống khác đọc dữ liệu qua API.",
    ),
    LateCommand(
        "webhook",
        "webhook",
        "webhook_app",
        "Báo cho hệ thống khác khi một sổ đủ điều kiện bàn giao.",
    ),
    LateCommand(
        "schemas",
        "schemas",
        "schemas_app",
        "Các khai báo trong thư mục schemas: loại sự kiện, mẫu sổ, danh mục, mẫu xuất.",
    ),
    LateCommand("places", "places", "places_app", "Địa danh: đơn vị hành chính theo từng thời kỳ."),
    LateCommand(
        "links",
        "links",
        "links_app",
        "Gợi ý những sự kiện có thể là của cùng một người, hoặc là một sự kiện đăng ký hai lần, kèm bằng chứng.",
    ),
    LateCommand(
        "search",
        "search",
        "search_app",
        "Tìm các sự kiện hộ tịch trong mọi quyển sổ, tên đúng trước, tên gần giống sau. Mỗi lần được ghi nhật ký.",
    ),
    LateCommand(
        "import",
        "import_workbook",
        "import_app",
        "Nhập tệp Excel mà cơ quan đã gõ từ trước, đặt cạnh bản quét; rút lại được cả lần nhập.",
    ),
    LateCommand("sample", "sample", "sample_app", "Lấy mẫu nghiệm thu: nhận hay trả lại từng lô sổ."),
    LateCommand("intake", "intake", "intake_app", "Nhận bản quét từ các máy quét."),
    LateCommand(
        "audit",
        "audit",
        "audit_app",
        "Nhật ký kiểm tra: ai đã làm gì, và có ai sửa sau lưng chương trình không.",
    ),
    LateCommand(
        "amend",
        "amend",
        "amend_app",
        "Cải chính, bổ sung theo quyết định: giá trị mới nằm trên giá trị cũ, không xóa gì, không đổi chữ đã đọc.",
    ),
    LateCommand(
        "delivery",
        "delivery",
        "delivery_app",
        "Giá trị bàn giao: quy tắc, hai lớp của từng ô, xác nhận của người.",
    ),
    LateCommand(
        "book",
        "book",
        "book_app",
        "Xem và sửa những gì sổ dữ liệu ghi về một quyển sổ: quyển số, nơi đăng ký, ngày, tổng số, mẫu, loại quyển.",
    ),
    LateCommand(
        "withdraw",
        "withdraw",
        "withdraw_app",
        "Thu hồi sổ, bản quét, trang, sự kiện hộ tịch đưa vào nhầm; thay trang quét lại; hủy thu hồi. Không xóa gì.",
    ),
    LateCommand(
        "registry",
        "registry",
        "registry_app",
        "Cơ sở dữ liệu: tạo, nâng cấp, chép sang cơ sở dữ liệu khác, cấp quyền trên PostgreSQL.",
    ),
    LateCommand(
        "print",
        "print_papers",
        "print_app",
        "In sự kiện kèm bản quét, trích lục (bản sao), danh sách của một quyển sổ, biên bản bàn giao gói.",
    ),
    LateCommand(
        "models",
        "office_models",
        "models_app",
        "Bộ đọc của cơ quan: các bản đã học, quay về bản trước, gỡ dòng không được đem dạy.",
    ),
)

rich_utils.OPTIONS_PANEL_TITLE = "Tùy chọn"
rich_utils.ARGUMENTS_PANEL_TITLE = "Tham số"
rich_utils.COMMANDS_PANEL_TITLE = "Lệnh"
rich_utils.ERRORS_PANEL_TITLE = "Lỗi"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hotich {pipeline.__version__}")
        raise typer.Exit


def options(
    version: Annotated[  # noqa: ARG001  # its callback ends the command
        bool, typer.Option("--version", callback=_version, is_eager=True, help="In phiên bản rồi thoát.")
    ] = False,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            show_default=False,
            help="Ghi nhật ký (-v: việc chính, -vv: chi tiết); khi có lỗi, in cả dấu vết lỗi (traceback).",
        ),
    ] = 0,
) -> None:
    """Số hóa sổ hộ tịch: từ bản quét đến sổ dữ liệu, chỗ nào máy chưa chắc thì để người xem."""
    from pipeline.base.logs import configure_logs, with_verbosity
    from pipeline.settings import read_log_options  # the settings of all rooms: not for help

    configure_logs(with_verbosity(read_log_options(), verbose))


class Hotich(LateGroup):
    """The command ``hotich``."""

    late = COMMANDS


app = typer.Typer(
    name="hotich",
    cls=Hotich,
    callback=options,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
