module receivers

go 1.24
