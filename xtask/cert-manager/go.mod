module storeyard.dev/xtask/cert-manager

go 1.26.0

// Its definitions, against which what the documentation gives of it is tried.
require github.com/cert-manager/cert-manager v1.21.2
