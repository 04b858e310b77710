"""A few photos that ship inside Python packages, for machines where the Debian package cannot be had."""

from pathlib import Path

import structlog

from deploy.local.packages import download_wheels, unzip
from deploy.local.photos.photo import Photo, place

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# File in a wheel, path in the gallery, caption.
_PHOTOS = (
    ("gradio/media_assets/images/cheetah.jpg", "animals/mammals/running-cheetah", "A running cheetah."),
    ("gradio/media_assets/images/cheetah1.jpg", "animals/mammals/cheetah", "The face of a cheetah."),
    ("gradio/media_assets/images/lion.jpg", "animals/mammals/lion", "A lion on a rock."),
    ("gradio/media_assets/images/tower.jpg", "town/monuments/eiffel-tower", "The Eiffel Tower at night."),
    ("gradio/test_data/cheetah2.jpg", "animals/mammals/cheetah-cub", "A cheetah cub."),
    ("skimage/data/astronaut.png", "people/astronaut", "An astronaut."),
    ("skimage/data/brick.png", "town/bricks", "A wall of bricks."),
    ("skimage/data/camera.png", "people/photographer", "A man with a camera on a tripod."),
    ("skimage/data/chelsea.png", "animals/mammals/cat", "The face of a cat."),
    ("skimage/data/coffee.png", "food/coffee", "A cup of coffee with a spoon."),
    ("skimage/data/coins.png", "household/coins", "Ancient coins."),
    ("skimage/data/grass.png", "plants/grass", "Grass."),
    ("skimage/data/gravel.png", "naturalforces/gravel", "Gravel."),
    ("skimage/data/hubble_deep_field.jpg", "space/galaxies", "Galaxies in deep space."),
    ("skimage/data/moon.png", "space/moon", "The surface of the moon."),
    ("skimage/data/motorcycle_left.png", "vehicles/motorcycle", "A red motorcycle in a garage."),
    ("skimage/data/rocket.jpg", "vehicles/rocket", "A rocket on its launch pad."),
    ("sklearn/datasets/images/china.jpg", "town/pavilion", "A pavilion in China."),
    ("sklearn/datasets/images/flower.jpg", "plants/flowers/dahlia", "A dahlia."),
)

log = structlog.get_logger(__name__)


def make(work: Path, folder: Path) -> tuple[Photo, ...]:
    """Fill the folder by way of the work folder; raises SourceMissing."""
    log.info("downloading photos that ship in Python packages", megabytes=55)
    wheels = work / "wheels"
    download_wheels(REQUIREMENTS, wheels)
    photos = []
    for number, (member, name, caption) in enumerate(_PHOTOS):
        path = place(unzip(wheels, member), folder, name, number)
        photos.append(Photo(path=path, caption=caption, category=name.rpartition("/")[0]))
    return tuple(photos)
