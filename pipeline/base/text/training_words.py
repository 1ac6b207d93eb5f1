"""Word lists for training lines: common words of the ledgers, put together by chance; nobody's real record."""

from __future__ import annotations


def _listed(items: str, between: str | None = None) -> tuple[str, ...]:
    """The items of a list written as one text."""
    return tuple(items.split(between))


SURNAMES = _listed(
    "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Trần Lê Lê Lê Phạm Phạm Huỳnh Hoàng Phan Vũ Võ Đặng "
    "Bùi Đỗ Hồ Ngô Dương Lý Đào Đinh Đoàn Trịnh Cao Mai Lương Lưu Lâm Hà Thái Phùng Tạ Tô Vương Châu Chu Từ "
    "Quách Lã Tôn Tống Văn Trương Trương La Quan Kiều Diệp Hứa Giang Thân Khổng Mạc Ninh Nghiêm Nhữ Ông Phí "
    "Phó Quản Thạch Thiều Thi Tiêu Triệu Tăng Tất Ung Uông Viên Vi Xa Yên Âu Ấu Bạch Bành Bế Bồ Ca Cái Cam Cấn "
    "Chế Chung Cù Cung Doãn Danh Diêm Đàm Đàng Đổng Đồng Đậu Điền Đới Đường Giáp Hàn Hàng Hầu Kha Khúc Khương "
    "Khuất Kim Kha Lại Liêu Liễu Lò Lỗ Lộc Lục Lầu Ma Mã Mẫn Nông Ngụy Nhan Nhâm Ong Phương Sầm Sơn Sử Thẩm "
    "Thang Thào Tiết Tào Tòng Trà Trang Trình Trưng Vàng Vừ Vưu Xuân Ngạc Quàng Hạng Giàng Sùng Cứ Lường Hoàng "
    "Hoà Hòa Nghê Bàng Công Lê Trầm Thập Thiên Từ Vòng Voòng Vày Chíu Tằng Lèng Sằn Chìu",
)
"""Surnames, the frequent ones often."""

MIDDLES = _listed(
    "Thị Thị Thị Thị Thị Văn Văn Văn Văn Ngọc Minh Hữu Thanh Đức Quốc Hoàng Kim Thu Xuân Hồng Công Anh Mỹ Bích "
    "Thúy Thuý Tuấn Đình Trọng Duy Phương Bảo Gia Khánh Quang Thành Tấn Hoài Như Cẩm Ánh Bá Bửu Chí Diễm Diệu "
    "Đăng Đắc Đông Hải Hạnh Hiếu Huy Huyền Hùng Khắc Khải Khoa Lan Lệ Linh Long Mạnh Mai Mộng Nam Nghĩa Nguyên "
    "Nguyệt Nhã Nhân Nhật Nhựt Phi Phú Phúc Phước Phượng Phùng Quế Quý Quỳnh Sĩ Sỹ Sơn Tâm Tân Thái Thảo Thắng "
    "Thế Thiên Thiện Thiết Thịnh Thuỳ Thùy Thủy Thuỷ Tiến Tiểu Tố Toàn Trà Trâm Triệu Trung Trúc Trường Tú "
    "Tùng Tuyết Tường Tường Uyên Vân Việt Vĩnh Vũ Vương Yến Út Đại Đoàn Nữ",
)

GIVENS = _listed(
    "An Anh Ánh Ân Bách Bạch Bằng Bảo Bắc Bé Bích Biên Bình Bông Bốn Bường Ca Cầm Cẩm Cần Cảnh Cát Châu Chi "
    "Chí Chiến Chinh Chính Chung Chuyên Chương Công Cúc Cương Cường Danh Di Diễm Diễn Diệp Diệu Dinh Doanh "
    "Dung Duy Duyên Dũng Dương Dưỡng Đa Đào Đại Đạo Đạt Đăng Đẹp Đệ Điền Điệp Định Đoan Đô Độ Đông Đồng Đức "
    "Đường Em Gái Gấm Gia Giang Giao Giàu Giỏi Hà Hai Hải Hào Hảo Hạnh Hân Hằng Hậu Hiên Hiền Hiển Hiệp Hiếu "
    "Hiệu Hoa Hoà Hòa Hoài Hoan Hoàn Hoàng Hoanh Hòe Hoè Hồng Hợi Hợp Huân Huấn Huệ Hùng Huy Huyên Huyền Huynh "
    "Huỳnh Hưng Hương Hường Hướng Hưởng Hữu Kha Khá Khải Khang Khanh Khánh Khiêm Khoa Khoá Khỏe Khoẻ Khôi Khuê "
    "Khương Khuyên Kiên Kiệt Kiều Kim Kỳ La Lai Lam Lan Lành Lâm Lân Lập Lệ Liêm Liên Liễu Linh Loan Long Lộc "
    "Lợi Luân Luyến Lụa Lục Lương Lượng Lưu Ly Lý Mai Màng Mão Mạnh Mẫn Mận Mậu Mến Miên Minh Mít Mơ Mùi Mừng "
    "Mười Mỹ Mỵ Na Nam Năm Nết Nga Ngà Ngân Nghi Nghị Nghĩa Ngoan Ngọc Ngô Ngộ Ngợi Nguyên Nguyệt Ngưng Nhã "
    "Nhàn Nhan Nhân Nhẫn Nhật Nhi Nhiên Nho Nhơn Nhu Nhung Nhuận Như Nhựt Niên Ninh Nở Nữ Nương Oanh Phát Phấn "
    "Phi Phong Phú Phúc Phụng Phước Phương Phượng Quan Quang Quân Quế Quí Quý Quốc Quyên Quyền Quyết Quỳnh "
    "Rạng Rớt Sang Sáng Sáu Sâm Sen Sinh Son Sơn Sương Sửu Tài Tám Tánh Tâm Tân Tấn Thà Thái Thanh Thành Thao "
    "Thảo Thạch Thạnh Thắm Thắng Thân Thế Thêm Thi Thị Thìn Thiên Thiện Thịnh Thoa Thoại Thọ Thơ Thơm Thới Thu "
    "Thuấn Thuận Thục Thùy Thuỳ Thúy Thuý Thủy Thuỷ Thuyên Thư Thương Thường Thưởng Thy Tí Tiên Tiến Tiếp Tiệp "
    "Tín Tính Tình Tịnh Toan Toàn Toán Toản Tố Tôn Trang Trâm Trân Trí Triết Triều Trinh Trình Trọng Trúc "
    "Trung Truyền Trực Trước Trường Tú Tuân Tuấn Tuất Tuệ Tùng Tuy Tuyên Tuyền Tuyến Tuyết Tư Từ Tước Tường "
    "Tửu Tý Tỵ Uyên Út Ửng Vàng Văn Vân Vạn Vẹn Vi Viên Việt Vinh Vịnh Vĩ Võ Vui Vũ Vượng Vương Vy Vỹ Xinh "
    "Xoan Xuân Xuyên Xuyến Xứng Y Yên Yến Ý",
)

PEOPLES = _listed(
    "Y Êban Niê Mlô Ayun Kbuôr Hmok Adrơng Kpă Ksor Rơ Ô Nay Siu Rah Lan Rơ Mah H'Hen H'Bia H Ngăm Knul Krông "
    "Buôn Ya Bkrông Thạch Sơn Danh Kiên Rotha Sophal Sóc Kha Sa Rươl Ry Thông Phươl Đel Rinh Kim Thị Sà Vuôl "
    "Chau Néang Kim Sêng Sóc Phan Srây Từ Công Báo Thập Đạt Đàng Năng Quảng Phú Văn Kiều Hồ Viên Brâu Blúp A "
    "Tơ Đing Y Bhun K'Brơi K'Sim Ka Dêng Cil Múp Liêng Jrang Lơ Mu Ha Sa Mohamad Ali Mách Sa Lês Ysa Hosen "
    "Halimah Fatimah Aminah Vàng A Páo Giàng Thị Mỷ Sùng Seo Chứ Lò Văn Pâng Quàng Thị Ngoen Chìu Sáng Phùn "
    "Tằng Coóng Lìn Sằn A Sám Wòng Mộc Sình Zơ Râm Bhling Bnướch Alăng Jâm Pơ Loong Zuôn Arất Blup",
)
"""Parts of names of other peoples and of other tongues."""

PLACE_HEADS = _listed(
    "An Bắc Bình Cẩm Cao Châu Chi Chợ Cổ Cư Cửu Dân Diên Diễn Đại Đak Đan Đăk Đắk Đắc Đông Đồng Đức Ea Ia Gia "
    "Giao Giồng Gò Hà Hàm Hải Hậu Hiệp Hiếu Hoà Hòa Hoài Hoàng Hoằng Hồng Hợp Hùng Hưng Hướng Hương Hữu Ích Kế "
    "Khánh Kiến Kim Kỳ Lai Lạc Lam Lạng Lâm Liên Long Lộc Lợi Lục Lương Mai Minh Mỏ Mộc Mường Mỹ Nam Nga Nghi "
    "Nghĩa Ngọc Ngư Nguyên Nhân Nhơn Nhị Ninh Phong Phổ Phù Phú Phúc Phụng Phước Phượng Quan Quang Quảng Quế "
    "Quỳnh Sơn Sông Tam Tân Tây Thạch Thái Thanh Thạnh Thành Thăng Thiện Thiệu Thọ Thới Thuận Thụy Thuỵ Thường "
    "Thượng Tiên Tiến Tịnh Trà Tràng Triệu Trung Trực Trường Tú Tuy Tư Vạn Vân Văn Vị Việt Vĩnh Võ Vũ Xuân Yên "
    "Ý Ô Ngãi Suối Cái Cần Cầu Bến Bàu Rạch Trảng Xóm Vàm Hố Buôn Krông Chư Lắk Pleiku Kon Đa R'Lấp",
)

PLACE_TAILS = _listed(
    "An Ái Bái Bàng Bản Biên Bình Cảng Cát Cầm Châu Chánh Chính Chương Công Cường Dầu Diễn Dương Đa Đài Đạo "
    "Đạt Điền Định Đô Đông Đồng Đức Đường Giang Giao Hà Hạ Hải Hảo Hậu Hiên Hiệp Hoa Hoá Hóa Hoà Hòa Hội Hồng "
    "Hợp Huệ Hùng Hưng Hương Hữu Ích Khánh Khê Kiên Kim Kỳ La Lạc Lai Lãng Lâm Lân Lập Lễ Lịch Liêm Linh Lĩnh "
    "Long Lộ Lộc Lợi Luông Lư Lương Lưu Mai Mầu Mễ Minh Mỹ Nam Nghĩa Ngãi Ngọc Nguyên Nhân Nhơn Nhất Nhì Nhứt "
    "Ninh Nội Phong Phú Phúc Phước Phụng Phương Quan Quang Quí Quý Quới Sa Sâm Sơn Sử Tài Tâm Tân Tây Thái "
    "Thanh Thành Thạch Thạnh Thắng Thiện Thịnh Thọ Thông Thôn Thới Thu Thuận Thủy Thuỷ Thượng Tiến Tín Tịnh "
    "Toàn Trạch Trị Triều Trung Trực Trường Tú Tuy Tường Ưng Vang Vạn Văn Vân Viên Vinh Vọng Vũ Vượng Xá Xuân "
    "Xuyên Yên",
)

PROVINCES = _listed(
    "An Giang;Bà Rịa - Vũng Tàu;Bà Rịa-Vũng Tàu;Bạc Liêu;Bắc Cạn;Bắc Kạn;Bắc Giang;Bắc Ninh;Bến Tre;Bình Dương;"
    "Bình Định;Bình Phước;Bình Thuận;Cà Mau;Cao Bằng;Cần Thơ;Đà Nẵng;Đắk Lắk;Đắc Lắc;Đăk Lăk;Đắk Nông;"
    "Điện Biên;Đồng Nai;Đồng Tháp;Gia Lai;Hà Giang;Hà Nam;Hà Nội;Hà Tây;Hà Tĩnh;Hải Dương;Hải Phòng;Hậu Giang;"
    "Hòa Bình;Hoà Bình;Hồ Chí Minh;Hưng Yên;Khánh Hòa;Khánh Hoà;Kiên Giang;Kon Tum;Lai Châu;Lạng Sơn;Lào Cai;"
    "Lâm Đồng;Long An;Minh Hải;Nam Định;Nghệ An;Nghệ Tĩnh;Ninh Bình;Ninh Thuận;Phú Thọ;Phú Yên;Quảng Bình;"
    "Quảng Nam;Quảng Ngãi;Quảng Ninh;Quảng Trị;Sóc Trăng;Sơn La;Sông Bé;Tây Ninh;Thái Bình;Thái Nguyên;"
    "Thanh Hóa;Thanh Hoá;Thừa Thiên Huế;Thừa Thiên - Huế;Tiền Giang;Trà Vinh;Tuyên Quang;Vĩnh Long;Vĩnh Phúc;"
    "Vĩnh Phú;Yên Bái;Cửu Long;Thuận Hải;Hà Nam Ninh;Hải Hưng;Gia Định;Chợ Lớn;Biên Hòa;Sa Đéc;Phong Dinh",
    ";",
)

STREETS = _listed(
    "Trần Hưng Đạo;Lê Lợi;Nguyễn Huệ;Hai Bà Trưng;Lý Thường Kiệt;Nguyễn Trãi;Quang Trung;Điện Biên Phủ;"
    "Cách Mạng Tháng 8;CMT8;30/4;3/2;Lê Duẩn;Nguyễn Văn Cừ;Hùng Vương;Phan Đình Phùng;Ngô Quyền;Lê Hồng Phong;"
    "Võ Thị Sáu;Trường Chinh;Bà Triệu;Nguyễn Thị Minh Khai;Xô Viết Nghệ Tĩnh;Hoàng Văn Thụ;Phạm Ngũ Lão;"
    "Quốc lộ 1A;QL 1A;ĐT 766;Hương lộ 2;Tỉnh lộ 10;Âu Cơ",
    ";",
)

HOSPITALS = _listed(
    "Bệnh viện;BV;Bệnh viện đa khoa;BVĐK;Bệnh viện Đa khoa;Trạm y tế xã;Trạm Y tế;TYT xã;Nhà bảo sanh;"
    "Nhà hộ sinh;Bệnh viện Phụ sản;BV Phụ sản;Trung tâm y tế;TTYT;BV Từ Dũ;BV Hùng Vương;BV Nhi đồng 1;"
    "BV Chợ Rẫy;BV Quân y 121",
    ";",
)

RELATIONS = _listed(
    "Cha;Cha đẻ;Bố;Bố đẻ;Mẹ;Mẹ đẻ;Cha mẹ;Ông nội;Ông ngoại;Bà nội;Bà ngoại;Cậu;Cậu ruột;Chú;Chú ruột;Bác;"
    "Bác ruột;Cô ruột;Cô;Dì;Dì ruột;Con;Con ruột;Con đẻ;Con trai;Con gái;Con nuôi;Con rể;Con dâu;Vợ;Chồng;Anh;"
    "Anh ruột;Chị;Chị ruột;Em;Em ruột;Em trai;Em gái;Cháu;Cháu nội;Cháu ngoại;Cháu ruột;Người giám hộ;Bản thân;"
    "Bản Thân;Hàng xóm;Trưởng ấp;Thân nhân;Tôi;Mợ;Thím",
    ";",
)

CAUSES = _listed(
    "Bệnh già;Già yếu;Già;Bệnh;Bịnh;Bệnh tật;Tai biến mạch máu não;Tai biến;TBMMN;Tai nạn giao thông;TNGT;"
    "Tai nạn;Ung thư;Ung thư gan;K gan;K phổi;Ung thư phổi;Ung thư vú;Bệnh tim;Suy tim;Nhồi máu cơ tim;"
    "Đuối nước;Chết đuối;Ngạt nước;Suy thận;Suy thận mạn;Viêm phổi;Lao phổi;Xơ gan;Xơ gan cổ trướng;"
    "Cao huyết áp;Tăng huyết áp;Tiểu đường;Đái tháo đường;Suy hô hấp;Đột quỵ;Đột tử;Sốt rét;Sốt xuất huyết;"
    "Ngộ độc;Tự tử;Treo cổ;Điện giật;Sét đánh;Rắn cắn;Ngã;Té;Hy sinh;Chết trận;Chấn thương sọ não;"
    "Xuất huyết não;Nhiễm trùng huyết;Suy kiệt;Không rõ;Sinh non;Ngạt;Uốn ván;Hen suyễn;Bại liệt;Động kinh",
    ";",
)

OCCUPATIONS = _listed(
    "Làm ruộng;Làm nông;Làm rẫy;Làm vườn;Nông dân;Nông;Nông nghiệp;Nội trợ;Buôn bán;Mua bán;Công nhân;"
    "Giáo viên;Làm thuê;Làm mướn;Thợ may;Thợ hồ;Thợ mộc;Thợ nề;Tài xế;Lái xe;Học sinh;Sinh viên;Bộ đội;Công an;"
    "Cán bộ;CBCNV;Y tá;Y sĩ;Bác sĩ;Kỹ sư;Kế toán;Già;Hết tuổi lao động;Mất sức;Hưu trí;Thất nghiệp;Ngư dân;"
    "Ngư phủ;Đánh cá;Thủ công;Tiểu thương;Viên chức;Công chức;Nhân viên;Lao động phổ thông;Bảo vệ;Thợ máy;"
    "Thợ điện;Uốn tóc;Hớt tóc;Tu sĩ;Còn nhỏ;Không;Tự do;Lao động tự do",
    ";",
)

TITLES = _listed(
    "Chủ tịch;Phó Chủ tịch;P. Chủ tịch;PCT;CT;Chủ tịch UBND;Phó Chủ tịch UBND;CT. UBND xã;PCT UBND;Chủ Tịch;"
    "Phó Chủ Tịch;TM. UBND;KT. Chủ tịch;KT. CHỦ TỊCH;Cán bộ Tư pháp;Cán bộ tư pháp hộ tịch;CB TP - HT;"
    "Tư pháp - Hộ tịch;Công chức TP-HT;Ủy viên;Uỷ viên;Ủy viên thư ký;Thư ký;Trưởng Công an;Trưởng phòng;"
    "Phó phòng;Hộ lại;Xã trưởng;Ủy viên hộ tịch;Đại diện xã;Trưởng ban",
    ";",
)

ISSUERS = _listed(
    "Công an tỉnh;CA tỉnh;CA;Công an TP;CA.TP;Công an;Cục CSQLHC về TTXH;Cục Cảnh sát QLHC về TTXH;"
    "Cục cảnh sát ĐKQL cư trú và DLQG về dân cư;Ty Công an;UBND xã;UBND phường;UBND P.;UBND TT;Sở Tư pháp;"
    "Bộ Công an;Phòng Tư pháp huyện",
    ";",
)

NOTES = _listed(
    "Đã cấp bản sao ngày {date};Đăng ký lại theo QĐ số {number}/QĐ-UBND ngày {date};"
    "Cải chính họ theo Quyết định số {number}/{year};Cải chính năm sinh từ {year} thành {year};"
    'Cải chính chữ đệm "{word}" thành "{word}";Bổ sung quê quán ngày {date};Đã cấp 0{digit} bản sao;'
    "Đăng ký quá hạn;Đăng ký lại;Đăng ký đúng hạn;Gạch bỏ, viết lại dòng trên.;Hủy;Hủy số;Huỷ bỏ;Bỏ trống;"
    "Viết sai bỏ;Không;Có;Không có;Không rõ;Không xác định;Chưa rõ;Chưa xác định được cha;Không biết chữ;"
    "Điểm chỉ;Đã ký;Theo hồ sơ;Xem hồ sơ lưu;Xem trang {number};Theo lời khai;Theo đơn xin ngày {date};"
    "Nhận con nuôi;Công nhận con ngoài giá thú;Con ngoài giá thú;Bị cáo;Nhận cha cho con;"
    "Đã ly hôn theo bản án số {number}/{year}/HNGĐ-ST;Ly hôn theo QĐ số {number};Kết hôn lần {digit};"
    "Lần thứ hai;Lần đầu;Kết hôn lại;Đã chết ngày {date};(đã chết);(chết);Chết;Đã chết;Còn sống;Số cũ {number};"
    "Trích lục số {number};Bản chính;Bản sao;Căn cứ giấy chứng sinh số {number};"
    "Giấy chứng sinh số {number} của BV {place};Giấy báo tử số {number}/GBT ngày {date};"
    "CMND số {id} cấp ngày {date} tại CA {place};CMND {id};CCCD số {id};Hộ chiếu số B{id};Sổ hộ khẩu số {id};"
    "GKS số {number}/{year};Giấy chứng nhận kết hôn số {number}/{year};Quyển số {number}/{year};"
    "Trang số {number};Tờ số {number};nt;-nt-;-//-;//;như trên;Như trên;Song sinh;Sinh đôi;Sinh thường;Sinh mổ;"
    "Sinh một;nặng {digit},{digit} kg;{digit}kg{digit}00;Thường trú;Tạm trú;Tại nhà;tại nhà riêng;Năm {year};"
    "{digit} tuổi;{number} tuổi;(tuổi {number});Sinh năm {year};Tuổi Tý;Mậu Thân;Canh Tuất;Tân Sửu;Bính Ngọ",
    ";",
)

PHRASES = _listed(
    "ngày tháng năm sinh cha mẹ vợ chồng con trai gái ông bà tên họ và của là theo số do cấp tại nơi quê quán "
    "thường trú tạm trú huyện xã tỉnh thành phố quận phường ấp thôn xóm tổ khu đường nhà người khai đi đăng ký "
    "kết hôn khai sinh khai tử giấy chứng nhận quyết định bản án tòa án toà án nhân dân ủy ban uỷ ban công an "
    "dân tộc quốc tịch Việt Nam tôn giáo Phật Công giáo Thiên chúa Cao Đài Hòa Hảo không có đã được nay thay "
    "đổi cải chính bổ sung xác định lại lý do chết bệnh viện giờ phút hồi lúc sáng chiều tối đêm khuya trưa "
    "rạng sáng trước sau trên dưới giữa từ đến với cho để vì nên khi đang sẽ chưa mới cũ lớn nhỏ",
)
"""Words of the ledgers that are no names."""

SMALL_UNITS = _listed(
    "ấp;Ấp;Ấp;thôn;Thôn;tổ;Tổ;khóm;Khu phố;KP;Kp;xóm;Khu;TDP;Tổ dân phố;đội;Bản;Buôn;Làng;Đội",
    ";",
)
"""Words before the number or name of what a commune consists of; the lists after it go on upwards."""

COMMUNES = _listed(
    "xã;Xã;X.;xã;;;phường;P.;P;TT.;thị trấn;Thị trấn;TT",
    ";",
)

DISTRICTS = _listed(
    "huyện;Huyện;H.;H;h.;;;TX.;thị xã;TP.;Tp;quận;Q.",
    ";",
)

PROVINCE_WORDS = _listed(
    ";;;tỉnh;Tỉnh;T.;TP.;TP;Tp;thành phố",
    ";",
)

HOUSES = _listed(
    ";;;Số ;số ;Số nhà ;SN ;Tổ ;K;Lô ;Nhà ",
    ";",
)

CHOICES = _listed(
    "Nam;Nữ;nam;nữ;Trai;Gái;Kinh;kinh;Hoa;Việt Nam;V.Nam;VN;Việt nam;Khmer;Không;Có",
    ";",
)

NUMBER_TAILS = _listed(
    ";;;;/GBT;/QĐ-UBND;/HT;-KS;/KT;/GCS;/HNGĐ-ST;/UBND;A;TP;B",
    ";",
)
"""What follows the number of a paper."""

NUMBER_LEADS = _listed(
    ";;;;Số ;số: ;Số: ;Quyển số ;Q. ;N",
    ";",
)

TIMES = _listed(
    "{h} giờ {m:02} phút;{h} giờ {m:02};{h}h{m:02};{h:02}h{m:02};{h}g{m};{h}h {m}';{h:02} giờ;{h} giờ {part};"
    "{h}:{m:02};{h:02}:{m:02};{h}h;{h} giờ 00",
    ";",
)

LABELS = _listed(
    "Họ và tên:;Họ, chữ đệm, tên:;Nơi sinh:;Nơi cư trú:;Dân tộc:;Quốc tịch:;Giới tính:;Số:;Quyển số:;"
    "Ngày, tháng, năm sinh:;Ghi bằng chữ:;Quê quán:;Nơi thường trú/tạm trú:;Quan hệ với người được khai sinh:;"
    "ngày;tháng;năm;Nơi đăng ký:;Ghi chú:;Nghề nghiệp:;Người thực hiện:;(ký, ghi rõ họ tên);Loại:",
    ";",
)
"""Printed labels next to a slot."""
ONSETS = _listed(",b,c,ch,d,đ,g,gh,gi,h,k,kh,l,m,n,ng,ngh,nh,p,ph,qu,r,s,t,th,tr,v,x", ",")
RIMES = _listed(
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê "
    "êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oan oang oanh "
    "oat oay oăn oăng oc oe oen oi om on ong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uât uây uê uênh "
    "uc ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya uyên uyêt uynh uyt ư ưa ưc ưi ưng ươc ươi ươm ươn ương "
    "ươp ươt ươu ưt ưu y yên yêm yêu"
)
FOREIGN_ONSETS = _listed(
    "b br ch cl d dr f fr g gr h j k kr l m n p ph pr r s sh st sw t tr v w wh y z sch x c q"
)
FOREIGN_RIMES = _listed(
    "a an ar e ee el en er ew i ia ie in is o on oo or u us y al ack ock iz off aff ow ew ij oz ez af ji"
)
