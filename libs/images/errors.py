"""What can be wrong with an image. All but a decoder's death are the file's fault, and stay when it is tried again."""

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError


class ImageError(BowerbirdError):
    """The image cannot be used."""

    status = StatusCode.INVALID_ARGUMENT


class ImageEmpty(ImageError):
    """The file has no bytes."""

    reason = ErrorReason.ERROR_REASON_IMAGE_EMPTY


class ImageFormatUnsupported(ImageError):
    """The bytes are not an image of an allowed format; expected {expected}."""

    reason = ErrorReason.ERROR_REASON_IMAGE_FORMAT_UNSUPPORTED


class ImageCorrupt(ImageError):
    """The image is truncated or corrupt: {problem}."""

    reason = ErrorReason.ERROR_REASON_IMAGE_CORRUPT


class ImageTooLarge(ImageError):
    """The image has {value}; at most {limit} are allowed."""

    reason = ErrorReason.ERROR_REASON_IMAGE_TOO_LARGE


class ImageDecodeTimeout(ImageError):
    """Decoding the image took longer than the {limit} allowed."""

    reason = ErrorReason.ERROR_REASON_IMAGE_DECODE_TIMEOUT


class ImageDecoderDied(ImageError):
    """The process that decoded the image died: {problem}."""

    reason = ErrorReason.ERROR_REASON_IMAGE_DECODER_DIED
