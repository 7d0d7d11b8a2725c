"""Where curves and scores are logged beside the files of a study: TensorBoard, MLflow, or a class of one's own."""

from evenvoice.loggers.logger import LOGGERS, Log, Logger, Value, open_loggers
from evenvoice.loggers.names import curves, flat
from evenvoice.loggers.tolerant import tolerant

__all__ = ["LOGGERS", "Log", "Logger", "Value", "curves", "flat", "open_loggers", "tolerant"]
