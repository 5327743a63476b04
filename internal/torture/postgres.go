package main

import (
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"magpie/internal/store/storetest"
)

// elephant is a private Postgres server, in which each world has a schema.
type elephant struct{ server *storetest.Server }

func newElephant() (*elephant, error) {
	s, err := storetest.Start()
	if err != nil {
		return nil, fmt.Errorf("-database postgres: %w", err)
	}
	return &elephant{s}, nil
}

// database is an empty one for a world.
func (e *elephant) database(world int) (database, error) {
	address, err := e.server.Schema(fmt.Sprint("world", world))
	return database{driver: "pgx", address: address, env: "MAGPIE_DATABASE=" + address, close: func() {}}, err
}

func (e *elephant) close() { e.server.Stop() }
