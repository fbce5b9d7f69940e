"""The images of a case, as whoever looks at it needs them."""

from django.db.models import Q

from annotations.models import Case, CasePrior
from annotations.selectors.case_images import is_current_in
from portal.imaging.connection import orthanc
from portal.imaging.services.describe import imaging_studies_describe


def case_images_describe(*, case: Case) -> None:
    """Have all images described by which the rules hang a case, so that it is hung the same whenever it is opened."""
    priors = CasePrior.objects.filter(case=case).values("imaging_study")
    wanted = is_current_in(case, "imaging_study") | Q(imaging_study__in=priors)
    imaging_studies_describe(wanted=wanted, gateway=orthanc())
