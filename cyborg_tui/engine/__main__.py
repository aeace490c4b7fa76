from cyborg_tui.engine.worker import main

if __name__ == "__main__":
    main()
