module storeyard.dev/xtask/prometheus-operator

go 1.26.0

// Its definitions, against which the monitoring objects of the platform are tried.
require github.com/prometheus-operator/prometheus-operator v0.85.0
