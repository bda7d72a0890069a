"""Arguments that doubts and cautions speak of, marked for the surfaces that spell them."""

from ..errors import Setting

PRIORS = Setting("priors", code="priors={...}").mark
CIRCUIT = Setting("circuit", code="another circuit").mark
CUT = ", ".join(Setting(name, code=f"cut({name}=...)").mark for name in ("fmin", "fmax", "drop"))
SLOWEST = Setting("fmin", code="cut(fmin=...)").mark
ONE_POINT = Setting("drop", code="cut(drop=...)").mark
ROBUST = Setting("robust", code="noise=StudentT(...)").mark
HEAVY_TAILS = Setting("noise", "student-t", code="noise=StudentT()").mark
WHITE = Setting("noise", "white", code="noise=Proportional()").mark
GAUSSIAN = Setting("noise", "gaussian", code="noise=Gaussian()").mark
SIGN = Setting("sign", code="sign=...").mark
TWO_PHASES = Setting("law", "two-phases", code="TwoPhases()").mark
TWO_PROCESSES = Setting("law", "two-process", code="TwoProcessFade()").mark
ALL_LAWS = Setting("law", "all", code="fit_laws").mark
INDEPENDENT = Setting("independent", code="that noise").mark
THRESHOLD = Setting("threshold", code="ask(threshold=...)").mark
SKIP = Setting("skip", code="select(skip=...)").mark
WITHOUT = Setting("without", code="select(without=...)").mark
