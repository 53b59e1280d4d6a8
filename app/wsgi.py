"""What the web server serves, however it was started: the dangers that `kafedra web` refuses end it too."""

import sys

from app.factory import create_app
from courses.settings import Settings

settings = Settings.from_env()
if settings.danger:
    sys.exit(settings.danger)
app = create_app(settings)
