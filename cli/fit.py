"""Commands that fit a model to measured data: ``posterion fit ...``."""

from cyclopts import App

from .fit_arrhenius import fit_arrhenius
from .fit_drt import fit_drt
from .fit_eis import fit_eis
from .fit_fade import fit_fade
from .fit_growth import fit_growth
from .fit_limit import fit_limit
from .fit_series import fit_series

fit_app = App(name="fit", help="Fit a model to measured data.")
fit_app.command(fit_eis, name="eis")
fit_app.command(fit_drt, name="drt")
fit_app.command(fit_series, name="series")
fit_app.command(fit_arrhenius, name="arrhenius")
fit_app.command(fit_fade, name="fade")
fit_app.command(fit_growth, name="growth")
fit_app.command(fit_limit, name="limit")
