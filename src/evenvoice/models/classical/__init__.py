"""The classifiers that the paper names, linear models, balanced ensembles, and the constant answer."""

from evenvoice.models.classical.correlation_boost import CorrelationBoost
from evenvoice.models.classical.dbn import DBN
from evenvoice.models.classical.discriminant import Discriminant, LinearFusion
from evenvoice.models.classical.dtw import DTW
from evenvoice.models.classical.ensembles import BalancedBagging, EasyEnsemble, RUSBoost
from evenvoice.models.classical.gmm import GMM
from evenvoice.models.classical.hmm import HMM
from evenvoice.models.classical.knn import KNN
from evenvoice.models.classical.logistic import Logistic
from evenvoice.models.classical.majority import Majority
from evenvoice.models.classical.mlp import MLP
from evenvoice.models.classical.svm import SVM, LinearSVM
from evenvoice.models.classical.twin_svm import FuzzyTwinSVM

__all__ = [
    "DBN",
    "DTW",
    "GMM",
    "HMM",
    "KNN",
    "MLP",
    "SVM",
    "BalancedBagging",
    "CorrelationBoost",
    "Discriminant",
    "EasyEnsemble",
    "FuzzyTwinSVM",
    "LinearFusion",
    "LinearSVM",
    "Logistic",
    "Majority",
    "RUSBoost",
]
