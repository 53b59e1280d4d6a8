"""The time zones one can choose from: Russia's first, from west to east, then the neighbours'."""

from courses.texts import N_

ZONES = {
    "Europe/Kaliningrad": N_("Калининград (МСК−1)"),
    "Europe/Moscow": N_("Москва, Санкт-Петербург (МСК)"),
    "Europe/Samara": N_("Самара, Ижевск (МСК+1)"),
    "Asia/Yekaterinburg": N_("Екатеринбург, Пермь, Уфа (МСК+2)"),
    "Asia/Omsk": N_("Омск (МСК+3)"),
    "Asia/Novosibirsk": N_("Новосибирск, Томск (МСК+4)"),
    "Asia/Krasnoyarsk": N_("Красноярск, Кемерово (МСК+4)"),
    "Asia/Irkutsk": N_("Иркутск, Улан-Удэ (МСК+5)"),
    "Asia/Yakutsk": N_("Якутск, Чита, Благовещенск (МСК+6)"),
    "Asia/Vladivostok": N_("Владивосток, Хабаровск (МСК+7)"),
    "Asia/Magadan": N_("Магадан (МСК+8)"),
    "Asia/Sakhalin": N_("Южно-Сахалинск (МСК+8)"),
    "Asia/Kamchatka": N_("Петропавловск-Камчатский, Анадырь (МСК+9)"),
    "Europe/Minsk": N_("Минск"),
    "Europe/Chisinau": N_("Кишинёв"),
    "Asia/Tbilisi": N_("Тбилиси"),
    "Asia/Yerevan": N_("Ереван"),
    "Asia/Baku": N_("Баку"),
    "Asia/Almaty": N_("Астана, Алматы"),
    "Asia/Bishkek": N_("Бишкек"),
    "Asia/Tashkent": N_("Ташкент"),
    "Asia/Dushanbe": N_("Душанбе"),
    "Asia/Ashgabat": N_("Ашхабад"),
    "Asia/Ulaanbaatar": N_("Улан-Батор"),
    "Europe/Berlin": N_("Берлин, Париж, Белград"),
    "UTC": N_("Всемирное время (UTC)"),
}
