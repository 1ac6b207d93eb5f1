"""Word lists for synthetic people: common words in random combinations, no real person's record.

``land`` lists their places of residence.
"""

from __future__ import annotations

SURNAMES = (
    "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Huỳnh", "Phan", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ",
    "Ngô", "Dương", "Lý", "Lâm", "Trương", "Mai", "Cao", "Đinh", "Tạ", "Châu", "Quách", "Lưu", "Tăng", "Đoàn", "Thái",
    "Kiều", "Hứa", "Giang", "Tô", "Vương", "Trịnh",
)  # fmt: skip

KHMER_SURNAMES = ("Thạch", "Sơn", "Danh", "Kim", "Lâm", "Kiên", "Liêu", "Trà", "Châu", "Lý")

MIDDLES_MALE = (
    "Văn", "Văn", "Hữu", "Minh", "Quốc", "Hoàng", "Thanh", "Công", "Đức", "Trọng", "Chí", "Tấn", "Phước", "Bá", "Nhật",
    "Gia", "Ngọc", "Xuân", "Hoài", "Thành", "Trường", "Duy", "Anh", "Đăng",
)  # fmt: skip

MIDDLES_FEMALE = (
    "Thị", "Thị", "Thị Ngọc", "Thị Kim", "Thị Thu", "Thị Mỹ", "Thị Hồng", "Thị Bích", "Thị Cẩm", "Ngọc", "Kim", "Thúy",
    "Mỹ", "Thanh", "Phương", "Thị Như", "Thị Thùy", "Thị Thanh", "Bảo", "Tuyết", "Diễm", "Huỳnh", "Yến",
)  # fmt: skip

GIVEN_MALE = (
    "An", "Bảo", "Bình", "Chiến", "Cường", "Danh", "Dũng", "Duy", "Đạt", "Điền", "Đông", "Đức", "Giàu", "Hải", "Hậu",
    "Hiếu", "Hòa", "Hùng", "Huy", "Khang", "Khánh", "Khoa", "Kiệt", "Lâm", "Lộc", "Long", "Luân", "Mẫn", "Nam", "Nghĩa",
    "Nhân", "Phát", "Phong", "Phú", "Phúc", "Quân", "Quang", "Quý", "Sang", "Sơn", "Tâm", "Tấn", "Thắng", "Thịnh",
    "Thuận", "Tiến", "Tín", "Toàn", "Trí", "Trung", "Tuấn", "Út", "Vinh", "Vũ", "Vỹ", "Xuyên", "Đường", "Hưởng", "Rỡ",
)  # fmt: skip

GIVEN_FEMALE = (
    "Anh", "Ánh", "Chi", "Diễm", "Diệu", "Dung", "Duyên", "Đào", "Điệp", "Gấm", "Giang", "Hà", "Hằng", "Hạnh", "Hiền",
    "Hoa", "Huệ", "Hương", "Huyền", "Khuyên", "Lan", "Lành", "Lệ", "Liên", "Loan", "Mai", "Mười", "Mỹ", "Nga", "Ngân",
    "Ngọc", "Nguyệt", "Nhi", "Nhung", "Như", "Nữ", "Oanh", "Phượng", "Quyên", "Sương", "Tâm", "Thảo", "Thắm", "Thơ",
    "Thùy", "Thúy", "Thương", "Tiên", "Trang", "Trâm", "Trinh", "Tuyền", "Tuyết", "Vân", "Vy", "Xuân", "Yến", "Mỵ",
)  # fmt: skip

FRENCH_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip

STEMS = ("Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý")
BRANCHES = ("Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi")
"""Stems and branches that name a lunar year; year 4 of our era has the first of each."""

SIGNER_TITLES = ("Chủ tịch", "Phó Chủ tịch", "Phó Chủ tịch UBND", "Chủ tịch UBND xã", "CT. UBND xã", "PCT")

RELATIONS = (
    ("Ông nội", "Ông ngoại", "Cậu ruột", "Chú ruột", "Bác ruột", "Người giám hộ"),
    ("Bà nội", "Bà ngoại", "Cô ruột", "Dì ruột", "Bác ruột", "Người giám hộ"),
)
RELATIONS_TO_DEAD = (
    ("Con", "Con ruột", "Chồng", "Cháu nội", "Con trai", "Em ruột", "Cháu ngoại", "Con rể"),
    ("Con", "Con ruột", "Vợ", "Cháu nội", "Con gái", "Em ruột", "Cháu ngoại", "Con dâu"),
)
"""Relations of a man and a woman to the child or to the dead."""
SPOUSES = ("Chồng", "Vợ")

CAUSES = (
    "Bệnh già", "Già yếu", "Tai biến mạch máu não", "Tai nạn giao thông", "Bệnh", "Ung thư gan", "Bệnh tim",
    "Nhồi máu cơ tim", "Đuối nước", "Suy thận mạn", "Viêm phổi", "Xơ gan", "Cao huyết áp", "Tiểu đường",
)  # fmt: skip

OCCUPATIONS = (
    "Làm ruộng",
    "Làm vườn",
    "Nội trợ",
    "Buôn bán",
    "Công nhân",
    "Giáo viên",
    "Làm thuê",
    "Thợ may",
)

NOTES = (
    "Đã cấp bản sao ngày {date}.",
    "Đăng ký lại theo Quyết định số {number}/QĐ-UBND ngày {date}.",
    "Cải chính chữ đệm theo QĐ số {number}/QĐ-UBND ngày {date} của UBND huyện {district}.",
    "Bổ sung quê quán ngày {date}.",
    "Đã cấp 03 bản sao.",
    "Đăng ký quá hạn.",
    "Gạch bỏ, viết lại dòng trên.",
)

TEXTS = ("Không", "Có", "Theo hồ sơ", "Xem hồ sơ lưu", "Theo lời khai")

LATE_REGISTRATION_STAMP = "ĐĂNG KÝ LẠI"
